/** App id of all that spinloom loads; hosts use 16 to 255. */
export const APP_ID = 66;
