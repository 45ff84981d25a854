// What the page asks for. The server reads this too: it answers these also where it answers only what
// it knows beforehand.
export const operations = {
  confirmMail: 'mutation ($token: String!) { confirmMail(token: $token) { done } }',
  recoverPassword: `mutation ($token: String!, $newPassword: String!) {
    recoverPassword(token: $token, newPassword: $newPassword) { done }
  }`,
  requestRecovery: 'mutation ($mail: String!) { requestRecovery(mail: $mail) { done } }',
  lookAtInvitation: `mutation ($token: String!) {
    lookAtInvitation(token: $token) { organizationName role mail hasAccount }
  }`,
  acceptInvitation: `mutation ($token: String!, $displayName: String, $password: String) {
    acceptInvitation(token: $token, displayName: $displayName, password: $password) { done }
  }`,
}
