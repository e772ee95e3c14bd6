/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that stands behind the block device of an image for as long as
 * there is one. It starts qemu-nbd, connects the kernel to it, and waits. When
 * the server dies while the device is there:
 *
 * - one that only reads is followed by another. The kernel holds back what
 *   guests ask meanwhile (KEEPER_PATIENCE), and asks again what was under way.
 * - one that writes takes its device with it, so that guests see errors. It had
 *   tables of the image in its memory: what a guest wrote and did not flush may
 *   be gone, and a guest that is not told would take it for written. The next
 *   attach begins anew; what was flushed is there.
 *
 * It is nobody's child: guests outlive workers and daemon. */
#ifndef XAPID_STORAGE_KEEPER_H
#define XAPID_STORAGE_KEEPER_H

#include "storage/helper.h"

/* For words, a listening socket, the same by O_PATH, the folder that is locked
 * until the device is there, whoever dies meanwhile; the image; then those below
 * it. */
#define KEEPER_FDS 5
#define KEEPER_PATIENCE 60 /* seconds without a server until reads fail */

/* The device that serves the image, or -1 and errno. For the helper. */
int keeper_start(const struct helper_request *r, const int *fds, unsigned nfds);

#endif
