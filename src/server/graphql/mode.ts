// Grafast reads this when it is loaded; its development checks cost time and change answers.
process.env['GRAPHILE_ENV'] ??= 'production'
