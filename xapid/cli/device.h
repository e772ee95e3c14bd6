/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks and drives of a VM: made, and plugged where it runs. */
#ifndef XAPID_CLI_DEVICE_H
#define XAPID_CLI_DEVICE_H

#include "cli/object.h"

/* The VBDs of a VM by their device number. */
struct cli_vbds {
	const struct vbd **vbds; /* arena */
	unsigned n;
};
int cli_vbds_of(struct cli *cli, const struct vm *vm, struct cli_vbds *out);

struct cli_device {
	const struct vm *vm;
	struct ref vdi; /* null: an empty drive */
	const char *device, *type, *mode;
	bool bootable, unpluggable;
};
/* VBD.create alone. */
int cli_device_create(struct cli *cli, const struct cli_device *d,
    struct ref *vbd_r);
/* The same, plugged into a VM that runs; on failure nothing is left. */
int cli_device_add(struct cli *cli, const struct cli_device *d,
    struct ref *vbd_r);
/* Unplugged where it is plugged, then destroyed. */
int cli_device_remove(struct cli *cli, const struct vbd *vbd);

#endif
