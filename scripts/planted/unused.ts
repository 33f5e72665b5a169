export const nobodyNeedsThis = true
