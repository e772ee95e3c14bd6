/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* USB devices of the host that guests with emulated hardware see: QEMU takes
 * them from the kernel's drivers and shows them on a controller of its own,
 * which all guests know that know USB 3. A device is named by the port that it
 * is in, "vusb/1-2.4", and is to be what the core thinks it is. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define USB "/sys/bus/usb/devices/"
#define XHCI 3 /* the version of USB that libxl calls so */
#define LET_GO_SECONDS 30
#define MAX_PORT_NAME 64

/* "" for anything but the port of a device. */
static const char *
port_of(const char *device)
{
	const char *port = device + strlen("vusb/");

	return strspn(port, "0123456789-.") == strlen(port) &&
		strchr(port, '-') && strlen(port) < MAX_PORT_NAME
	    ? port
	    : "";
}

/* A number in a file of the device; -1: none. */
static long
number(const char *port, const char *file, int base)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	char path[PATH_MAX], *end;
	long n;

	snprintf(path, sizeof(path), USB "%s/%s", port, file);
	if (!*port || file_read(path, 4096, &text) < 0 || !bytes_cstr(&text))
		return -1;
	n = strtol(text.p, &end, base);
	return end != text.p && n >= 0 ? n : -1;
}

static bool
is_it(const char *port, const struct value *device)
{
	long vendor = strtol(value_text(device, "vendor_id", "x"), NULL, 16);
	long product = strtol(value_text(device, "product_id", "x"), NULL, 16);

	return number(port, "idVendor", 16) == vendor &&
	    number(port, "idProduct", 16) == product;
}

static void
fill(libxl_device_usbdev *d, int at, long bus, long address)
{
	libxl_device_usbdev_init_type(d, LIBXL_USBDEV_TYPE_HOSTDEV);
	d->ctrl = 0;
	d->port = at;
	d->u.hostdev.hostbus = (uint8_t)bus;
	d->u.hostdev.hostaddr = (uint8_t)address;
}

int
xl_usb(struct op *op, const struct value *device, libxl_domain_config *config)
{
	const char *port = port_of(value_text(device, "device", "vusb/"));
	long bus = number(port, "busnum", 10);
	long address = number(port, "devnum", 10);
	libxl_device_usbctrl *ctrl = &config->usbctrls[0];
	int at = config->num_usbdevs + 1;
	const char *use;

	if (config->c_info.type != LIBXL_DOMAIN_TYPE_HVM)
		return op_fail(op, "VM_HVM_REQUIRED", op->uuid, NULL);
	if (at > XL_USB_PORTS)
		return op_fail(op, "TOO_MANY_VUSBS", "6", NULL);
	if (bus < 1 || bus > UINT8_MAX || address < 1 || address > UINT8_MAX ||
	    !is_it(port, device))
		return op_fail(op, "VM_REQUIRES_VUSB", op->uuid, port, NULL);
	use = xl_use_of(op, arena_printf(op->arena, USB "%s", port));
	if (use)
		return op_fail(op, "OPERATION_NOT_ALLOWED",
		    arena_printf(op->arena,
			"The control domain uses USB device %s: %s", port, use),
		    NULL);
	if (!config->num_usbctrls) {
		libxl_device_usbctrl_init(ctrl);
		ctrl->type = LIBXL_USBCTRL_TYPE_DEVICEMODEL;
		ctrl->devid = 0;
		ctrl->version = XHCI;
		ctrl->ports = XL_USB_PORTS;
		config->num_usbctrls = 1;
	}
	libxl_device_usbdev_init(&config->usbdevs[config->num_usbdevs]);
	fill(&config->usbdevs[config->num_usbdevs++], at, bus, address);
	return 0;
}

/* ---- the kernel's drivers ---- */

/* Interfaces are "1-2.4:1.0". */
static bool
has_driver(const char *port)
{
	DIR *dir = opendir(USB);
	char path[PATH_MAX], target[PATH_MAX];
	struct dirent *entry;
	size_t len = strlen(port);
	bool has = false;

	while (dir && !has && (entry = readdir(dir))) {
		ssize_t n;

		if (strncmp(entry->d_name, port, len) != 0 ||
		    entry->d_name[len] != ':')
			continue;
		snprintf(path, sizeof(path), USB "%s/driver", entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		has = n > 0 && !strstr(target, "/usbfs");
	}
	if (dir)
		closedir(dir);
	return has;
}

int
xl_usb_taken(struct op *op)
{
	const struct value *all = op_list(op, "devices");
	int64_t deadline = xl_deadline(LET_GO_SECONDS);

	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n;
	     i++) {
		const char *name = value_text(&all->items[i], "device", "");

		if (strncmp(name, "vusb/", 5) != 0)
			continue;
		while (has_driver(port_of(name)))
			if (!xl_again(op, deadline))
				return op_cancelled(op)
				    ? op_fail(op, "TASK_CANCELLED", NULL)
				    : op_fail(op, "DEVICE_ATTACH_TIMEOUT",
					  "VUSB", name, NULL);
	}
	return 0;
}

/* ---- unplug ---- */

/* One that the host has lost is lost to the guest, too. */
int
xl_usb_unplug(struct xl *x, struct op *op, uint32_t domid)
{
	const char *port = port_of(op_text(op, "device", "vusb/"));
	long bus = number(port, "busnum", 10);
	long address = number(port, "devnum", 10);
	libxl_device_usbdev *all;
	int n = 0, rc = 0;

	all = libxl_device_usbdev_list(x->ctx, domid, &n);
	xl_forget(x);
	for (int i = 0; all && i < n && rc == 0; i++)
		if (all[i].type == LIBXL_USBDEV_TYPE_HOSTDEV &&
		    all[i].u.hostdev.hostbus == bus &&
		    all[i].u.hostdev.hostaddr == address)
			rc = libxl_device_usbdev_remove(x->ctx, domid, &all[i],
			    NULL);
	if (all)
		libxl_device_usbdev_list_free(all, n);
	return rc ? xl_fail(x, op, rc, "unplug") : 0;
}
