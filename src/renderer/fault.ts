import { chooseLanguage, translator } from './i18n/translate.ts'

/**
 * The page could not be drawn, and React has taken all of it away: says so, with the way out. It stands outside of React, which is
 * what failed, and does not load itself again: what fails at once would fail for ever, and nobody could read why.
 */
export function showFault(root: HTMLElement): void {
  const t = translator(chooseLanguage([document.documentElement.lang, ...navigator.languages]))
  const page = make('main', 'sign-in', '')
  const again = make('button', 'button primary', t('page_fault_do'))
  again.addEventListener('click', () => window.location.reload())
  const words = make('p', '', t('page_fault'))
  words.setAttribute('role', 'alert')
  page.append(make('h1', 'title', t('app_name')), words, again)
  root.replaceChildren(page)
  again.focus()
}

function make(name: string, className: string, text: string): HTMLElement {
  return Object.assign(document.createElement(name), { className, textContent: text })
}
