// Where the links of our mails lead. A link only opens the page: it is a button that confirms, because
// programs that look at mails follow links as well.

const [purpose = '', token = ''] = location.hash.slice(1).split('=')
// So that the token is not kept in the history, nor sent along with anything.
history.replaceState(null, '', location.pathname)

const told = document.querySelector('#told')

function tell(text, isRefusal = false) {
  told.textContent = text
  told.classList.toggle('refused', isRefusal)
}

async function ask(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  if (errors !== undefined) throw new Error(errors[0].message)
  return data
}

/** Shows one form; what it does is told above it, and when it has done it it goes. */
function show(id, submit) {
  const form = document.querySelector(`#${id}`)
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    try {
      tell(await submit(Object.fromEntries(new FormData(form))))
      form.hidden = true
    } catch (error) {
      tell(error.message, true)
    } finally {
      button.disabled = false
    }
  })
}

const pages = {
  confirm() {
    show('confirm', async () => {
      await ask('mutation ($token: String!) { confirmMail(token: $token) { done } }', { token })
      return 'Thank you. Your address is confirmed, and you can sign in.'
    })
  },

  recover() {
    show('recover', async ({ newPassword }) => {
      await ask(
        `mutation ($token: String!, $newPassword: String!) {
          recoverPassword(token: $token, newPassword: $newPassword) { done }
        }`,
        { token, newPassword },
      )
      return 'Your new password is set. All sessions were ended; sign in anew.'
    })
  },

  async invitation() {
    const { lookAtInvitation: offer } = await ask(
      `mutation ($token: String!) {
        lookAtInvitation(token: $token) { organizationName role mail hasAccount }
      }`,
      { token },
    )
    const role = offer.role.replaceAll('_', ' ')
    document.querySelector('#offer').textContent =
      `${offer.organizationName} invites ${offer.mail} as ${role}.`
    document.querySelector('#newcomer').hidden = offer.hasAccount
    show('invitation', async ({ displayName, password }) => {
      const person = offer.hasAccount ? {} : { displayName, password }
      await ask(
        `mutation ($token: String!, $displayName: String, $password: String) {
          acceptInvitation(token: $token, displayName: $displayName, password: $password) { done }
        }`,
        { token, ...person },
      )
      return `Welcome to ${offer.organizationName}. You can sign in now.`
    })
  },

  forgotten() {
    show('forgotten', async ({ mail }) => {
      await ask('mutation ($mail: String!) { requestRecovery(mail: $mail) { done } }', { mail })
      return 'If there is such an account, a mail is on its way. Its link works for half an hour.'
    })
  },
}

try {
  await(pages[purpose] ?? pages.forgotten)()
} catch (error) {
  tell(error.message, true)
}
