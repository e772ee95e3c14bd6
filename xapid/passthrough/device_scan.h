/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is plugged into this machine, as /sys tells it, for records of PCI and
 * PUSB. */
#ifndef XAPID_DEVICE_SCAN_H
#define XAPID_DEVICE_SCAN_H

#include "call/call.h"
#include "model/builder.h"

/* Texts live in the builder's arena; "" is unknown. */
struct pci_facts {
	const char *address,
	    *function_of; /* "0000:02:00.0"; the latter or "" */
	const char *class_id, *vendor_id,
	    *device_id; /* four hexadecimal digits */
	const char *subsystem_vendor_id, *subsystem_device_id;
	const char *class_name, *vendor_name, *device_name;
	const char *subsystem_vendor_name, *subsystem_device_name;
	const char *driver;
	int64_t functions;
	bool primary; /* firmware shows its screens there */
};

struct usb_facts {
	const char *path; /* "1-2.4" */
	const char *vendor_id, *product_id, *vendor, *product, *serial,
	    *version;
	double speed; /* Mbit/s */
};

#define DEVICE_SCAN_MAX 256

/* Whether what is in that port of this machine is that device; of a simulated
 * one it is. */
bool usb_is_there(const struct core *core, const struct pusb *pusb);

/* "0000:02:00.0" and "0000:02:00.1" are functions of one device. */
bool pci_is_same_slot(const char *a, const char *b);
/* Of the machine below root (""): storage, network, display, USB and
 * accelerators, and what shares a slot with them. How many. */
unsigned pci_read(const char *root, struct builder *b,
    struct pci_facts out[DEVICE_SCAN_MAX]);
/* Without hubs, and what the host is typed at. */
unsigned usb_read(const char *root, struct builder *b,
    struct usb_facts out[DEVICE_SCAN_MAX]);

/* Records as the machine is, at start. -1: the database refuses. */
int device_scan_at_start(struct core *core);

#endif
