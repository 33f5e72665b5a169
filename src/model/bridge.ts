/**
 * What the page may ask of the shell around it, and HTTP cannot do: everything else goes through the API, in the window as in
 * a browser. `window.lotkeeper` is there only in the window.
 */
export interface Bridge {
  getShellSettings(): Promise<ShellAnswer>
  updateShellSettings(change: Partial<ShellSettings>): Promise<ShellAnswer>
}

export interface ShellSettings {
  /** Lotkeeper starts, without its window, when this user logs on. */
  readonly start_with_system: boolean
  /** The window fills the screen, has no frame and cannot be closed. */
  readonly kiosk: boolean
}

/** An error crosses between processes as its message alone, so a refusal is an answer. */
export type ShellAnswer =
  | { readonly kind: 'settings'; readonly settings: ShellSettings }
  | {
      readonly kind: 'refused'
      readonly message: string
      /** What the system calls it, e.g. `EACCES`; empty if it was not the system. */
      readonly technical: string
    }

/** The channels, once for both ends. */
export const shellChannels = {
  getShellSettings: 'shell-settings:get',
  updateShellSettings: 'shell-settings:update',
} as const satisfies Record<keyof Bridge, string>
