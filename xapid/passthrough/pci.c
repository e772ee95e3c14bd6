/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices of VMs: those that other_config names, from the moment on that a
 * start has found them free, until the VM has ended. */
#include "passthrough/pci.h"

#include <ctype.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"

#define MAX_PCIS 16 /* of one VM */
#define KEY "pci"

/* ---- other_config:pci ---- */

static bool
is_address(const char *s)
{
	static const char form[] = "xxxx:xx:xx.x";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)s[i])
				   : s[i] != form[i])
			return false;
	return true;
}

#define ADDRESS_CHARS 12

/* The next "N/dddd:bb:dd.f" of a list, its address in lower case. *at moves
 * behind it. False: the list is at its end, or (*at is NULL) not one. */
static bool
next_address(const char **at, char out[ADDRESS_CHARS + 1])
{
	const char *s = *at;
	size_t digits = strspn(s, "0123456789");

	if (!*s)
		return false;
	*at = NULL;
	if (!digits || digits > 4 || s[digits] != '/' ||
	    strlen(s) < digits + 1 + ADDRESS_CHARS ||
	    !is_address(s + digits + 1))
		return false;
	s += digits + 1;
	for (int i = 0; i < ADDRESS_CHARS; i++)
		out[i] = (char)tolower((unsigned char)s[i]);
	out[ADDRESS_CHARS] = '\0';
	s += ADDRESS_CHARS;
	if (*s && (*s != ',' || !s[1]))
		return false;
	*at = s + (*s == ',');
	return true;
}

static const char *
list_of(const struct vm *vm)
{
	const char *list = builder_find(&vm->other_config, KEY);

	return list ? list : "";
}

int
pci_check_vm(struct call *c, const struct vm *vm)
{
	const char *list = list_of(vm), *at = list;
	char address[ADDRESS_CHARS + 1];
	unsigned n = 0;

	while (next_address(&at, address))
		if (++n > MAX_PCIS)
			return fail_vm_pci_bus_full(c,
			    call_ref_text(c, vm->r.self));
	if (!at)
		return fail_invalid_value(c, "other_config:pci", list);
	if (n &&
	    (vm->domain_type == DOMAIN_TYPE_PVH ||
		vm->domain_type == DOMAIN_TYPE_PV_IN_PVH))
		return fail_operation_not_allowed(c,
		    "Only HVM and PV guests can have PCI devices");
	return 0;
}

/* ---- one host ---- */

struct address_search {
	struct ref host, found;
	const char *address;
};

static int
has_address(const struct record *r, void *arg)
{
	const struct pci *p = (const struct pci *)r;
	struct address_search *s = arg;

	if (!ref_equal(p->host, s->host) || strcmp(p->pci_id, s->address) != 0)
		return 0;
	s->found = r->self;
	return 1;
}

struct ref
pci_find(struct tx *t, struct ref host, const char *address)
{
	struct address_search s = { .host = host, .address = address };

	if (*address)
		(void)tx_each(t, CLASS_PCI, has_address, &s);
	return s.found;
}

bool
pci_is_free_for(struct tx *t, struct ref pci, struct ref vm)
{
	const struct pci *p = TX_GET(t, PCI, pci, pci);
	const struct ref *users = p ? p->attached_VMs.items : NULL;

	if (p && !ref_is_null(p->scheduled_to_be_attached_to))
		return false; /* the control domain is asked about it */
	for (uint32_t i = 0; p && i < p->attached_VMs.n; i++)
		if (!ref_equal(users[i], vm))
			return false;
	return true;
}

static int
check_device(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host, const char *address)
{
	const struct pci *p =
	    TX_GET(t, PCI, pci, pci_find(t, host->r.self, address));
	const char *text;

	if (p && !ref_is_null(p->scheduled_to_be_attached_to))
		return fail_other_operation_in_progress(c, "PCI",
		    call_ref_text(c, p->r.self), "dom0_access",
		    "OpaqueRef:NULL");
	if (p && !pci_is_free_for(t, p->r.self, vm->r.self))
		return fail_device_already_attached(c,
		    call_ref_text(c, p->r.self));
	if (p)
		return 0;
	text = arena_printf(c->arena, "Host %s has no PCI device %s to give",
	    call_ref_text(c, host->r.self), address);
	return text ? fail_operation_not_allowed(c, text) : call_fail_nomem(c);
}

/* Without an IOMMU a device could write all over the machine, and libxl gives
 * none to anybody. */
int
pci_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	const char *at = list_of(vm);
	char address[ADDRESS_CHARS + 1];

	if (*at && !edit_map_true(&host->chipset_info, "iommu"))
		return fail_vm_requires_iommu(c,
		    call_ref_text(c, host->r.self));
	while (next_address(&at, address))
		if (check_device(c, t, vm, host, address) < 0)
			return -1;
	return 0;
}

static int
take_one(struct tx *t, struct ref pci, struct ref vm)
{
	return TX_SET(t, PCI, pci, pci, attached_VMs,
	    (struct set){ .n = 1, .items = &vm });
}

int
pci_take(struct tx *t, struct ref self, struct ref host)
{
	const struct vm *vm = TX_GET(t, VM, vm, self);
	const char *at = vm ? arena_strdup(tx_arena(t), list_of(vm)) : "";
	char address[ADDRESS_CHARS + 1];
	struct ref pci;

	while (at && next_address(&at, address)) {
		pci = pci_find(t, host, address);
		if (!ref_is_null(pci) && take_one(t, pci, self) < 0)
			return -1;
	}
	return 0;
}

void
pci_take_with_slot(struct tx *t, struct ref ref, struct ref vm)
{
	const struct pci *p;

	(void)take_one(t, ref, vm);
	for (uint32_t i = 0;
	     (p = TX_GET(t, PCI, pci, ref)) && i < p->dependencies.n; i++)
		(void)take_one(t,
		    ((const struct ref *)p->dependencies.items)[i], vm);
}

void
pci_attach(struct tx *t, struct ref self)
{
	const struct vm *vm;

	for (uint32_t i = 0;
	     (vm = TX_GET(t, VM, vm, self)) && i < vm->attached_PCIs.n; i++)
		pci_hide(t, ((const struct ref *)vm->attached_PCIs.items)[i]);
}

/* Nobody else has what it has. */
void
pci_leave(struct tx *t, struct ref ref)
{
	const struct vm *vm;

	while ((vm = TX_GET(t, VM, vm, ref)) && vm->attached_PCIs.n)
		if (TX_SET(t, PCI, pci,
			*(const struct ref *)vm->attached_PCIs.items,
			attached_VMs, (struct set){ .n = 0 }) < 0)
			return;
}
