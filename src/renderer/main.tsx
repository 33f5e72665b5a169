import './style/tokens.css'
import './style/base.css'
import './style/desk.css'
import './style/controls.css'
import './style/lists.css'
import './style/windows.css'
import './style/pages.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from './app.tsx'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
