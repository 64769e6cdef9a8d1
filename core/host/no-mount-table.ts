/**
 * For the environment of everything that calls mount(8) in a namespace of its own: libmount otherwise makes `/run/mount` on the host for a table
 * nobody needs (libmount/src/utils.c, mnt_get_utab_path). A place that cannot be made is skipped without a word.
 */
export const NO_MOUNT_TABLE = { LIBMOUNT_UTAB: '/proc/none/utab' } as const;
