import { X } from 'lucide-react'
import { type ReactNode, useCallback } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'

import { useTranslation } from './i18n/use-translation.ts'
import { type ScanTarget, useScanTarget } from './scan.ts'

interface WindowProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** What a scan does while this window is open. Without it the scan is not used, and that is said. */
  readonly onScan?: ScanTarget
  /** Leaving it by a touch beside it or by Esc would lose something: only its buttons close it. */
  readonly keep?: boolean
  readonly wide?: boolean
}

const refuseScan: ScanTarget = () => ({ kind: 'refused', text: (t) => t('said_window') })

/** A window over the page. It knows what a scan means while it is open, so that none is ever lost in it. */
export function Window({ title, onClose, children, onScan, keep = false, wide = false }: WindowProps) {
  const { t } = useTranslation()
  const target = useCallback<ScanTarget>((...scan) => (onScan ?? refuseScan)(...scan), [onScan])
  useScanTarget(target)
  return (
    <ModalOverlay
      className="window-behind"
      isOpen
      isDismissable={!keep}
      isKeyboardDismissDisabled={keep}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Modal className={wide ? 'window wide' : 'window'}>
        <Dialog>
          <header className="window-head">
            <Heading slot="title">{title}</Heading>
            <Button className="button icon" aria-label={t('close')} onPress={onClose}>
              <X aria-hidden size={28} />
            </Button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
