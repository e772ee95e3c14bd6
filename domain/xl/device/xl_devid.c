/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers of virtual block devices (source: Xen's misc/vbd-interface). */
#include <string.h>

#include "domain/xl/xl_private.h"

int
xl_disk_devid(const char *vdev)
{
	int disk;

	if (strlen(vdev) < 3)
		return -1;
	if (strncmp(vdev, "xvd", 3) == 0 && vdev[3] >= 'a' && vdev[3] <= 'z') {
		disk = vdev[3] - 'a';
		if (vdev[4])
			return -1;
		return disk < 16 ? 202 << 8 | disk << 4 : 1 << 28 | disk << 8;
	}
	if (vdev[3])
		return -1;
	disk = vdev[2] - 'a';
	if (strncmp(vdev, "hd", 2) == 0 && disk >= 0 && disk < 4)
		return (disk < 2 ? 3 : 22) << 8 | (disk & 1) << 6;
	if (strncmp(vdev, "sd", 2) == 0 && disk >= 0 && disk < 16)
		return 8 << 8 | disk << 4;
	return -1;
}
