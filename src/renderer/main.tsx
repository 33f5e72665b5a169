import './style/tokens.css'
import './style/base.css'
import './style/desk.css'
import './style/controls.css'
import './style/lists.css'
import './style/windows.css'
import './style/pages.css'
import './style/runs.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from './app.tsx'
import { showFault } from './fault.ts'
import { countSteps } from './route.ts'

countSteps()
const root = document.getElementById('root')!
createRoot(root, {
  onUncaughtError(error) {
    console.error(error)
    // When React has finished clearing up.
    queueMicrotask(() => showFault(root))
  },
}).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
