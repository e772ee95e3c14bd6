/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files: whole reads with a bound, atomic durable writes, and opening below a
 * root without leaving it. */
#ifndef XAPID_LIB_FILE_H
#define XAPID_LIB_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/bytes.h"

/* Appends the whole of a regular file to out; -1, errno and out as before:
 * EFBIG above max bytes, EISDIR, EINVAL for a FIFO, device or socket. */
int file_read(const char *path, size_t max, struct bytes *out);
/* Temporary file, write, fsync, rename, fsync of the folder: after 0 the new
 * content survives a power loss; after -1 the old one is untouched, except
 * when the sync of the folder itself failed: then either may be there after a
 * power loss. mode is exact, whatever the umask. */
int file_write_atomic(const char *path, const void *data, size_t len,
    mode_t mode);
/* openat2(RESOLVE_BENEATH|NO_SYMLINKS|NO_MAGICLINKS) of a regular file
 * (EINVAL for any other); rootfd is an open folder; O_CLOEXEC always. -1 and
 * errno. mode counts with O_CREAT only. */
int file_open_below(int rootfd, const char *path, int flags, mode_t mode);
/* All of buf, retried on EINTR and short counts; 0 or -1 and errno. */
int file_write_full(int fd, const void *buf, size_t len);
/* mkdir -p with this mode (less the umask) for new folders, which survive a
 * power loss; 0 or -1 and errno, ENOTDIR when something else stands there. */
int file_make_dirs(const char *path, mode_t mode);

#endif
