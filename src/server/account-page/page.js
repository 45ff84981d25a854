// Where the links of our mails lead. A link only opens the page: it is a button that confirms, because
// programs that look at mails follow links as well.

import { operations } from './operations.js'

const [purpose = '', token = ''] = location.hash.slice(1).split('=')
// Out of sight, and out of the way back. The browser's own list of visited pages keeps it all the same:
// what protects a token is that it works once.
history.replaceState(null, '', location.pathname)
// Another link, opened in this very tab, is no new page to the browser.
addEventListener('hashchange', () => location.reload())

const told = document.querySelector('#told')

function tell(text, isRefusal = false) {
  told.textContent = text
  told.classList.toggle('refused', isRefusal)
}

async function ask(name, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: operations[name], variables }),
  }).catch(() => undefined)
  // What stands between us and the server may answer with anything.
  const { data, errors, error } = (await response?.json().catch(() => undefined)) ?? {}
  const refusal = errors?.[0] ?? error
  if (refusal === undefined && data) return data
  const { message = 'Fluence does not answer. Try again in a little while.', extensions } =
    refusal ?? {}
  throw Object.assign(new Error(message), { isVoid: extensions?.code === 'FL115' })
}

/** Shows one form; what it did is told above it, and when it is done it goes. */
function show(id, submit) {
  const form = document.querySelector(`#${id}`)
  let isBusy = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isBusy) return
    isBusy = true
    try {
      tell(await submit(Object.fromEntries(new FormData(form))))
      form.hidden = true
      told.focus()
    } catch (error) {
      refuse(error, form)
    } finally {
      isBusy = false
    }
  })
  const { title } = form.dataset
  document.querySelector('h1').textContent = title
  document.title = `${title} - Fluence`
  form.hidden = false
  form.querySelector('input:enabled')?.focus()
}

/** A link that is over is no use any more; anything else can be tried again. */
function refuse({ message, isVoid }, form) {
  tell(isVoid ? `${message} ${afterVoid[purpose]}` : message, true)
  if (!isVoid) return form?.querySelector('input:invalid, input[type=password]:enabled')?.focus()
  if (form !== undefined) form.hidden = true
  if (purpose === 'recover') pages.forgotten()
  else told.focus()
}

const afterVoid = {
  confirm:
    'If you have confirmed your address, sign in; else register, or change your address, once more.',
  recover: 'Ask for another mail.',
  invitation: 'Ask whoever invited you for another one.',
}

const pages = {
  confirm() {
    show('confirm', async () => {
      await ask('confirmMail', { token })
      return 'Thank you. Your address is confirmed, and you can sign in.'
    })
  },

  recover() {
    show('recover', async ({ newPassword }) => {
      await ask('recoverPassword', { token, newPassword })
      return 'Your new password is set. All sessions were ended; sign in anew.'
    })
  },

  async invitation() {
    const { lookAtInvitation: offer } = await ask('lookAtInvitation', { token })
    const role = offer.role.replaceAll('_', ' ')
    document.querySelector('#offer').textContent =
      `${offer.organizationName} invites ${offer.mail} as ${role}.`
    const newcomer = document.querySelector('#newcomer')
    newcomer.hidden = newcomer.disabled = offer.hasAccount
    // Of a fieldset that is disabled nothing is sent.
    show('invitation', async (person) => {
      await ask('acceptInvitation', { token, ...person })
      return `Welcome to ${offer.organizationName}. You can sign in now.`
    })
  },

  forgotten() {
    show('forgotten', async ({ mail }) => {
      await ask('requestRecovery', { mail })
      return 'If there is such an account, a mail is on its way. Its link works for half an hour.'
    })
  },
}

for (const box of document.querySelectorAll('[data-shows]')) {
  box.addEventListener('change', () => {
    box.form.elements[box.dataset.shows].type = box.checked ? 'text' : 'password'
  })
}

try {
  await pages[Object.hasOwn(pages, purpose) ? purpose : 'forgotten']()
} catch (error) {
  refuse(error)
}
