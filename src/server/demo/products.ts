/** What the demo brand sells. Amounts are texts, because JSON numbers are floats. */
export const products = [
  {
    title: 'Linen apron',
    description: 'Washed linen, two pockets, one size.',
    category: 'Kitchen',
    price: '39.90',
    cost: '14.20',
    stock: 120,
  },
  {
    title: 'Oak cutting board',
    description: 'End grain, oiled, 40 by 30 cm.',
    category: 'Kitchen',
    price: '64.00',
    cost: '27.50',
    stock: 45,
  },
  {
    title: 'Pour-over kettle',
    description: 'Gooseneck, 0.9 litres, brushed steel.',
    category: 'Coffee',
    price: '79.95',
    cost: '31.10',
    stock: 60,
  },
  {
    title: 'Ceramic dripper',
    description: 'For one or two cups, glazed by hand.',
    category: 'Coffee',
    price: '24.50',
    cost: '8.75',
    stock: 210,
  },
  {
    title: 'Wool throw',
    description: 'Merino, woven in twill, 130 by 180 cm.',
    category: 'Living',
    price: '119.00',
    cost: '52.40',
    stock: 30,
  },
] as const
