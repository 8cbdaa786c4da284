/** Of the control plane, as it names itself. */
export const VERSION = '0.1.0'
