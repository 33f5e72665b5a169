/** Chromium reads the same command line: its own switches, and those of who tests it, are none of our business. */
const CHROMIUM_SWITCH =
  /^--(?:inspect|remote-|user-data-dir|no-sandbox|no-zygote|ozone-|lang|touch-|enable-|disable-|force-|use-|password-store|original-process-start-time|allow-file-access)/

/**
 * What was given to this program, out of everything that stands on the command line of its process.
 * @param unpackaged run from a checkout, where the first word names the folder of the program: `electron . --port 1`
 */
export function argumentsWithinElectron(argv: readonly string[], unpackaged: boolean): readonly string[] {
  const given = argv.slice(1).filter((argument) => !CHROMIUM_SWITCH.test(argument))
  return unpackaged ? given.slice(1) : given
}
