/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices of the machine: taken from the control domain, by giving them to
 * its driver pciback, and given to domains. What the control domain uses stays
 * there: a card that is up, a disk that is mounted or part of something. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define PCI "/sys/bus/pci/devices/"
#define DRIVERS "/sys/bus/pci/drivers"
#define PCIBACK "pciback"

/* "0000:02:00.0", and nothing behind it. */
static int
parse(const char *address, libxl_device_pci *out_r)
{
	unsigned domain, bus, dev, func;
	int n = 0;

	if (strlen(address) != 12 ||
	    address[strspn(address, "0123456789abcdefABCDEF:.")] ||
	    sscanf(address, "%4x:%2x:%2x.%1x%n", &domain, &bus, &dev, &func,
		&n) != 4 ||
	    n != 12 || dev > 31 || func > 7)
		return -1;
	out_r->domain = (int)domain;
	out_r->bus = (uint8_t)bus;
	out_r->dev = (uint8_t)dev;
	out_r->func = (uint8_t)func;
	return 0;
}

static int
parse_or_fail(struct op *op, const char *address, libxl_device_pci *out_r)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI "%.12s", address);
	if (parse(address, out_r) < 0 || access(path, F_OK) < 0)
		return op_fail(op, "INVALID_DEVICE", address, NULL);
	return 0;
}

/* The name of its driver, in the arena; "" for none. */
static const char *
driver_of(struct op *op, const char *address)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name = "";
	ssize_t n;

	snprintf(path, sizeof(path), PCI "%.12s/driver", address);
	n = readlink(path, target, sizeof(target) - 1);
	if (n > 0) {
		target[n] = '\0';
		name = strrchr(target, '/');
		name = arena_strdup(op->arena, name ? name + 1 : target);
	}
	return name ? name : "";
}

static const char *
use_of(struct op *op, const char *address)
{
	const char *path = arena_printf(op->arena, PCI "%.12s", address);

	return path ? xl_use_of(op, path) : "not enough memory to look";
}

/* ---- taking it, and giving it back ---- */

static bool
has_iommu(struct xl *x)
{
	libxl_physinfo info;
	bool has;

	libxl_physinfo_init(&info);
	has = libxl_get_physinfo(x->ctx, &info) == 0 && info.cap_hvm_directio;
	libxl_physinfo_dispose(&info);
	return has;
}

/* Where there is no IOMMU libxl does all there is to do, and then fails, since
 * it cannot have the IOMMU keep the device apart. */
static int
take(struct xl *x, struct op *op, libxl_device_pci *pci, const char *address)
{
	int rc;

	if (access(DRIVERS "/" PCIBACK, F_OK) < 0)
		return op_fail(op, "NOT_IMPLEMENTED",
		    "the control domain's kernel has no xen-pciback loaded",
		    NULL);
	xl_forget(x);
	rc = libxl_device_pci_assignable_add(x->ctx, pci, 1);
	if (rc && strcmp(driver_of(op, address), PCIBACK) == 0 && !has_iommu(x))
		return 0;
	return rc ? xl_fail(x, op, rc, "pciback") : 0;
}

static bool
is_same(const libxl_device_pci *a, const libxl_device_pci *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->dev == b->dev &&
	    a->func == b->func;
}

/* Whether some domain has it. */
static bool
is_given(struct xl *x, const libxl_device_pci *pci)
{
	libxl_dominfo *all;
	int n = 0;
	bool found = false;

	all = libxl_list_domain(x->ctx, &n);
	for (int i = 0; all && i < n && !found; i++) {
		int count = 0;
		libxl_device_pci *has =
		    libxl_device_pci_list(x->ctx, all[i].domid, &count);

		for (int k = 0; has && k < count && !found; k++)
			found = is_same(&has[k], pci);
		if (has)
			libxl_device_pci_list_free(has, count);
	}
	if (all)
		libxl_dominfo_list_free(all, n);
	return found;
}

static int
tell(struct op *op, const char *path, const char *address)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && file_write_full(fd, address, strlen(address)) == 0)
		return 0;
	return op_fail_errno(op, "INTERNAL_ERROR", path);
}

/* To the driver that it was taken from, or else any that wants it. */
static int
give_back(struct xl *x, struct op *op, libxl_device_pci *pci,
    const char *address)
{
	int rc = 0;

	xl_forget(x);
	if (has_iommu(x))
		rc = libxl_device_pci_assignable_remove(x->ctx, pci, 1);
	else if (tell(op, DRIVERS "/" PCIBACK "/unbind", address) < 0 ||
	    tell(op, DRIVERS "/" PCIBACK "/remove_slot", address) < 0)
		return -1;
	if (rc)
		return xl_fail(x, op, rc, "pciback");
	return *driver_of(op, address)
	    ? 0
	    : tell(op, "/sys/bus/pci/drivers_probe", address);
}

int
xl_pci_access(void *context, struct op *op)
{
	const char *address = op_text(op, "address", ""), *use = NULL;
	bool allow = op_bool(op, "dom0", true), hidden;
	struct value_member answer[2];
	struct xl *x = context;
	libxl_device_pci pci;
	int rc = 0;

	libxl_device_pci_init(&pci);
	if (parse_or_fail(op, address, &pci) < 0)
		return -1;
	hidden = strcmp(driver_of(op, address), PCIBACK) == 0;
	if (hidden && allow) {
		use = is_given(x, &pci) ? "a domain has it" : NULL;
		rc = use ? 0 : give_back(x, op, &pci, address);
	} else if (!hidden && !allow) {
		use = use_of(op, address);
		rc = use ? 0 : take(x, op, &pci, address);
	}
	libxl_device_pci_dispose(&pci);
	if (rc < 0)
		return -1;
	answer[0] = (struct value_member){ "driver",
		value_of_text(driver_of(op, address)) };
	answer[1] =
	    (struct value_member){ "use", value_of_text(use ? use : "") };
	return op_answer(op, answer, 2);
}

/* ---- into a domain ---- */

/* A number in a file of the device; -1: none. */
static long
number(const char *address, const char *file)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI "%.12s/%s", address, file);
	return file_read(path, 4096, &text) == 0 && bytes_cstr(&text)
	    ? strtol(text.p, NULL, 16)
	    : -1;
}

#define INTEL 0x8086
#define DISPLAY 0x03 /* class */

/* QEMU takes whatever is in the place of Intel's integrated graphics for that,
 * which guests get together with the bridge that their drivers look for.
 * (source: QEMU's hw/xen/xen_pt.c) */
static int
set_integrated(struct op *op, const char *address, libxl_domain_config *config)
{
	libxl_domain_build_info *b = &config->b_info;

	if (config->c_info.type != LIBXL_DOMAIN_TYPE_HVM ||
	    strcmp(address, "0000:00:02.0") != 0)
		return 0;
	if (number(address, "vendor") != INTEL ||
	    number(address, "class") >> 16 != DISPLAY)
		return op_fail(op, "OPERATION_NOT_ALLOWED",
		    "QEMU gives guests no device in slot 0000:00:02.0 but "
		    "Intel's integrated graphics",
		    NULL);
	libxl_defbool_set(&b->u.hvm.gfx_passthru, true);
	b->u.hvm.gfx_passthru_kind = LIBXL_GFX_PASSTHRU_KIND_IGD;
	return 0;
}

int
xl_pci(struct xl *x, struct op *op, const struct value *device,
    libxl_domain_config *config)
{
	libxl_device_pci *out_r = &config->pcidevs[config->num_pcidevs];
	const char *address = value_text(device, "address", ""), *use;

	libxl_device_pci_init(out_r);
	config->num_pcidevs++;
	if (parse_or_fail(op, address, out_r) < 0 ||
	    set_integrated(op, address, config) < 0)
		return -1;
	if (strcmp(driver_of(op, address), PCIBACK) == 0)
		return 0;
	use = use_of(op, address);
	if (use)
		return op_fail(op, "OPERATION_NOT_ALLOWED",
		    arena_printf(op->arena,
			"The control domain uses PCI device %s: %s", address,
			use),
		    NULL);
	return take(x, op, out_r, address);
}
