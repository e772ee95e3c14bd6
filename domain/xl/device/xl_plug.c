/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of domains that live. A plug has succeeded when the backend says it
 * is connected, not when the library returns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl/xl_private.h"
#include "lib/moment.h"

#define CONNECT_SECONDS 60
#define STATE_CONNECTED 4 /* XenbusStateConnected */

/* "vbd/0" and what the core says of it. */
struct device {
	bool is_nic;
	int devid; /* as in the backend's path */
	const char *kind;
	const char *vdev; /* of a disk */
};

static bool is_there(struct xl *x, struct op *op, uint32_t domid,
    const struct device *d);
static int remove_disk(struct xl *x, uint32_t domid, const char *vdev,
    bool force);

/* The name in the guest of disk N, which the core does not repeat for a disk
 * that is there. */
static const char *
vdev_of(struct xl *x, struct op *op, uint32_t domid)
{
	static const char *const buses[] = { "xvd", "hd", "sd" };
	const char *given = op_text(op, "virtual", "");
	int disk = atoi(op_text(op, "device", "vbd/0") + 4);

	if (*given || disk < 0 || disk > 25)
		return given;
	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++) {
		char text[8];
		struct device d = { .kind = "vbd" };

		snprintf(text, sizeof(text), "%s%c", buses[i], 'a' + disk);
		d.devid = xl_disk_devid(text);
		if (d.devid >= 0 && is_there(x, op, domid, &d))
			return arena_strdup(op->arena, text);
	}
	return "";
}

static int
read_device(struct xl *x, struct op *op, uint32_t domid, struct device *out_r)
{
	const char *name = op_text(op, "device", "");
	const char *vdev;

	*out_r = (struct device){ .devid = -1 };
	if (strncmp(name, "vif/", 4) == 0) {
		*out_r = (struct device){ true, atoi(name + 4), "vif", "" };
	} else if (strncmp(name, "vbd/", 4) == 0) {
		vdev = vdev_of(x, op, domid);
		*out_r = (struct device){ false,
			vdev ? xl_disk_devid(vdev) : -1, "vbd", vdev };
	}
	if (out_r->devid < 0)
		return op_fail(op, "INVALID_DEVICE", name, NULL);
	return 0;
}

static const char *
backend_node(struct xl *x, struct op *op, uint32_t domid,
    const struct device *d, const char *node)
{
	const char *path =
	    arena_printf(op->arena, "/local/domain/0/backend/%s/%u/%d/%s",
		d->kind, domid, d->devid, node);

	return path ? xl_read(x, op, path) : NULL;
}

static bool
is_there(struct xl *x, struct op *op, uint32_t domid, const struct device *d)
{
	return backend_node(x, op, domid, d, "state") != NULL;
}

/* ---- plug ---- */

static int
plug_disk(struct xl *x, struct op *op, uint32_t domid)
{
	struct xl_loops loops = { .n = 0 };
	libxl_device_disk disk;
	int rc;

	libxl_device_disk_init(&disk);
	rc = xl_disk(x, op, op->args, &disk, &loops,
	    strcmp(xl_kind(x, op, domid), "hvm") == 0);
	if (rc == 0) {
		xl_forget(x);
		rc = libxl_device_disk_add(x->ctx, domid, &disk, NULL);
		if (rc)
			rc = xl_fail(x, op, rc, "plug");
	}
	moment("worker", op->name, "device is there");
	if (rc == 0) {
		rc = xl_disk_activate(x, op, domid, &disk);
		if (rc < 0)
			(void)libxl_device_disk_destroy(x->ctx, domid, &disk,
			    NULL);
	}
	libxl_device_disk_dispose(&disk);
	xl_loops_close(&loops);
	return rc;
}

static int
plug_nic(struct xl *x, struct op *op, uint32_t domid)
{
	libxl_device_nic nic;
	int rc;

	libxl_device_nic_init(&nic);
	rc = xl_nic(x, op, op->args, &nic);
	if (rc == 0) {
		xl_forget(x);
		rc = libxl_device_nic_add(x->ctx, domid, &nic, NULL);
		if (rc)
			rc = xl_fail(x, op, rc, "plug");
	}
	moment("worker", op->name, "device is there");
	if (rc == 0)
		rc = xl_nic_addresses(x, op, domid, op->args);
	libxl_device_nic_dispose(&nic);
	return rc;
}

/* A worker that died in a plug may have left a device that its backend knows
 * nothing of, or a guest without addresses: what is not whole is made anew. */
static int
go_on(struct xl *x, struct op *op, uint32_t domid, const struct device *d)
{
	if (d->is_nic)
		return xl_nic_addresses(x, op, domid, op->args);
	if (xl_disk_is_active(domid, d->vdev))
		return 0;
	xl_forget(x);
	(void)remove_disk(x, domid, d->vdev, true);
	return plug_disk(x, op, domid);
}

int
xl_plug(void *context, struct op *op)
{
	struct xl *x = context;
	struct value_member interface;
	struct device d;
	uint32_t domid;
	int rc;

	if (xl_need(x, op, &domid) < 0 || read_device(x, op, domid, &d) < 0)
		return -1;
	if (is_there(x, op, domid, &d))
		rc = go_on(x, op, domid, &d);
	else
		rc =
		    d.is_nic ? plug_nic(x, op, domid) : plug_disk(x, op, domid);
	if (rc < 0 || !d.is_nic)
		return rc;
	interface = (struct value_member){ "interface",
		value_of_text(
		    arena_printf(op->arena, "vif%u.%d", domid, d.devid)) };
	return op_answer(op, &interface, 1);
}

/* ---- connect ---- */

static bool
is_running(struct xl *x, uint32_t domid)
{
	struct xl_state state;

	return xl_look(x, domid, &state) == 0 && !state.paused && !state.ended;
}

int
xl_connect(void *context, struct op *op)
{
	struct xl *x = context;
	int64_t deadline = xl_deadline(CONNECT_SECONDS);
	const char *state;
	struct device d;
	uint32_t domid;

	if (xl_need(x, op, &domid) < 0 || read_device(x, op, domid, &d) < 0)
		return -1;
	if (d.is_nic &&
	    xl_write(x, op,
		arena_printf(op->arena,
		    "/local/domain/0/backend/vif/%u/%d/hotplug-status", domid,
		    d.devid),
		"connected") < 0)
		return -1;
	while (is_running(x, domid)) {
		state = backend_node(x, op, domid, &d, "state");
		if (state && atoi(state) == STATE_CONNECTED)
			return 0;
		if (xl_again(op, deadline))
			continue;
		if (op_cancelled(op))
			return op_fail(op, "TASK_CANCELLED", NULL);
		return op_fail(op, "DEVICE_ATTACH_TIMEOUT",
		    d.is_nic ? "VIF" : "VBD", op_text(op, "device", ""), NULL);
	}
	return 0;
}

/* ---- unplug ---- */

static int
remove_disk(struct xl *x, uint32_t domid, const char *vdev, bool force)
{
	libxl_device_disk disk;
	int rc;

	libxl_device_disk_init(&disk);
	rc = libxl_vdev_to_device_disk(x->ctx, domid, vdev, &disk);
	if (rc == 0)
		rc = force
		    ? libxl_device_disk_destroy(x->ctx, domid, &disk, NULL)
		    : libxl_device_disk_remove(x->ctx, domid, &disk, NULL);
	libxl_device_disk_dispose(&disk);
	return rc;
}

static int
remove_nic(struct xl *x, uint32_t domid, int devid, bool force)
{
	libxl_device_nic nic;
	int rc;

	libxl_device_nic_init(&nic);
	rc = libxl_devid_to_device_nic(x->ctx, domid, devid, &nic);
	if (rc == 0)
		rc = force ? libxl_device_nic_destroy(x->ctx, domid, &nic, NULL)
			   : libxl_device_nic_remove(x->ctx, domid, &nic, NULL);
	libxl_device_nic_dispose(&nic);
	return rc;
}

int
xl_unplug(void *context, struct op *op)
{
	struct xl *x = context;
	bool force = op_bool(op, "force", false);
	struct device d;
	uint32_t domid;
	int rc;

	rc = xl_find(x, op, &domid);
	if (rc <= 0)
		return rc;
	if (strncmp(op_text(op, "device", ""), "vusb/", 5) == 0)
		return xl_usb_unplug(x, op, domid);
	if (read_device(x, op, domid, &d) < 0) {
		op->nerror = 0; /* a device that is not there is no error */
		return 0;
	}
	if (!is_there(x, op, domid, &d))
		return 0;
	xl_forget(x);
	rc = d.is_nic ? remove_nic(x, domid, d.devid, force)
		      : remove_disk(x, domid, d.vdev, force);
	if (rc == ERROR_TIMEDOUT)
		return op_fail(op, "DEVICE_DETACH_TIMEOUT",
		    d.is_nic ? "VIF" : "VBD", op_text(op, "device", ""), NULL);
	return rc ? xl_fail(x, op, rc, "unplug") : 0;
}
