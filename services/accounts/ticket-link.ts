/** Where a ticket is taken up in the console. The ticket stands behind the #, which browsers send to no server and in no Referer, so that no log holds it. */
export function linkTo(publicUrl: string, page: 'invitation' | 'password-reset', ticket: string): string {
  return `${new URL(page, publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`).href}#${ticket}`
}
