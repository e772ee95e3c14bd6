/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices of hosts. A VM has those that its other_config names from the
 * moment on that its start has found them free, until it has ended. The
 * control domain gives up a device for good where that is asked for: at once
 * when it does not use it, else when the daemon starts and it does not use it
 * then. What was asked for stands in PCI.other_config. */
#include "device/pci.h"

#include <ctype.h>
#include <string.h>

#include "call/edit.h"
#include "device/device_plug.h"
#include "model/builder.h"
#include "plan/plan.h"

#define MAX_PCIS 16 /* of one VM */
#define KEY "pci"
#define WISH "xapid-dom0-access"   /* "disabled", "enabled" */
#define DRIVER "xapid-dom0-driver" /* it had before */

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

static struct ref
find_pci(struct tx *t, struct ref host, const char *address)
{
	struct address_search s = { .host = host, .address = address };

	(void)tx_each(t, CLASS_PCI, has_address, &s);
	return s.found;
}

bool
pci_is_free_for(struct tx *t, struct ref pci, struct ref vm)
{
	const struct pci *p = TX_GET(t, PCI, pci, pci);
	const struct ref *users = p ? p->attached_VMs.items : NULL;

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
	    TX_GET(t, PCI, pci, find_pci(t, host->r.self, address));
	const char *text;

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
		pci = find_pci(t, host, address);
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

static bool
is_hidden(const struct pci *p)
{
	return strcmp(p->driver_name, "pciback") == 0;
}

/* Its driver is remembered for when it has it again. */
static void
hide(struct tx *t, struct ref ref)
{
	const struct pci *p = TX_GET(t, PCI, pci, ref);

	if (!p || is_hidden(p))
		return;
	if (p->driver_name[0])
		(void)tx_map_put(t, CLASS_PCI, ref, FIELD_PCI_other_config,
		    DRIVER, p->driver_name);
	TX_SET(t, PCI, pci, ref, driver_name, "pciback");
}

void
pci_attach(struct tx *t, struct ref self)
{
	const struct vm *vm;

	for (uint32_t i = 0;
	     (vm = TX_GET(t, VM, vm, self)) && i < vm->attached_PCIs.n; i++)
		hide(t, ((const struct ref *)vm->attached_PCIs.items)[i]);
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

/* ---- what the control domain has ---- */

static enum pci_dom0_access
access_of(const struct pci *p)
{
	const char *wish = builder_find(&p->other_config, WISH);

	if (is_hidden(p))
		return wish && strcmp(wish, "enabled") == 0
		    ? PCI_DOM0_ACCESS_ENABLE_ON_REBOOT
		    : PCI_DOM0_ACCESS_DISABLED;
	return wish && strcmp(wish, "disabled") == 0
	    ? PCI_DOM0_ACCESS_DISABLE_ON_REBOOT
	    : PCI_DOM0_ACCESS_ENABLED;
}

int
pci_get_dom0_access_status(struct call *c,
    const struct pci_get_dom0_access_status_args *a,
    enum pci_dom0_access *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_PCI, a->self);

	if (!r)
		return -1;
	*result_r = access_of((const struct pci *)r);
	return 0;
}

/* ---- taking it from the control domain, and giving it back ---- */

static int
heard(struct plan *p, const struct value *answer)
{
	const struct value *driver = value_member(answer, "driver");

	if (!driver || driver->kind != VALUE_STRING)
		return fail_internal_error(p->call,
		    "The domain worker did not name the driver");
	return plan_note(p, "driver", driver->s);
}

static bool
gives_back(const struct plan *p)
{
	return strcmp(plan_arg(p, "dom0"), "true") == 0;
}

static int
access_send(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_PCI, p->object);
	const struct pci *pci = (const struct pci *)r;
	const char *before;

	if (!r)
		return -1;
	before = builder_find(&pci->other_config, DRIVER);
	if (!before)
		before = is_hidden(pci) ? "" : pci->driver_name;
	/* A VM keeps what it has. */
	if (gives_back(p) && pci->attached_VMs.n)
		return plan_note(p, "driver", "pciback");
	return plan_send(p, heard, "pci_access", "", "address", pci->pci_id,
	    "#dom0", (int64_t)gives_back(p), "before", before, NULL);
}

static void
set_wish(struct plan *p, struct tx *t, bool hidden)
{
	const char *wish = !gives_back(p) ? "disabled"
	    : hidden                      ? "enabled"
					  : NULL;

	if (!hidden)
		(void)tx_map_remove(t, CLASS_PCI, p->object,
		    FIELD_PCI_other_config, DRIVER);
	if (wish)
		(void)tx_map_put(t, CLASS_PCI, p->object,
		    FIELD_PCI_other_config, WISH, wish);
	else
		(void)tx_map_remove(t, CLASS_PCI, p->object,
		    FIELD_PCI_other_config, WISH);
}

struct gpu_search {
	struct ref pci, found;
};

static int
is_its_gpu(const struct record *r, void *arg)
{
	struct gpu_search *s = arg;

	if (!ref_equal(((const struct pgpu *)r)->PCI, s->pci))
		return 0;
	s->found = r->self;
	return 1;
}

static int
access_apply(struct plan *p, struct tx *t)
{
	const struct pci *pci = TX_GET(t, PCI, pci, p->object);
	struct gpu_search gpu = { .pci = p->object };
	const char *driver = plan_arg(p, "driver");
	enum pci_dom0_access now;

	if (!pci)
		return fail_handle_invalid(p->call, "PCI",
		    call_ref_text(p->call, p->object));
	set_wish(p, t, strcmp(driver, "pciback") == 0);
	if (strcmp(driver, "pciback") == 0)
		hide(t, p->object);
	else
		TX_SET(t, PCI, pci, p->object, driver_name, driver);
	pci = TX_GET(t, PCI, pci, p->object);
	now = pci ? access_of(pci) : PCI_DOM0_ACCESS_ENABLED;
	if (tx_each(t, CLASS_PGPU, is_its_gpu, &gpu) == 1)
		TX_SET(t, PGPU, pgpu, gpu.found, dom0_access, now);
	if (p->call->result)
		*(enum pci_dom0_access *)p->call->result = now;
	return 0;
}

static const struct step access_steps[] = {
	{ "access", access_send, access_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind access_kind = {
	.name = "PCI.dom0_access",
	.cls = CLASS_PCI,
	.steps = access_steps,
};

const struct plan_kind *const pci_kinds[] = { &access_kind, NULL };

int
pci_disable_dom0_access(struct call *c,
    const struct pci_disable_dom0_access_args *a,
    enum pci_dom0_access *result_r)
{
	(void)result_r;
	return plan_start(c, &access_kind, a->self, "dom0", "false", NULL);
}

int
pci_enable_dom0_access(struct call *c,
    const struct pci_enable_dom0_access_args *a, enum pci_dom0_access *result_r)
{
	(void)result_r;
	return plan_start(c, &access_kind, a->self, "dom0", "true", NULL);
}

/* The same by its older name, of a GPU. */
static int
start_for_gpu(struct call *c, struct ref ref, const char *dom0)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_PGPU, ref);

	return r ? plan_start(c, &access_kind, ((const struct pgpu *)r)->PCI,
		       "dom0", dom0, NULL)
		 : -1;
}

int
pgpu_disable_dom0_access(struct call *c,
    const struct pgpu_disable_dom0_access_args *a,
    enum pci_dom0_access *result_r)
{
	(void)result_r;
	return start_for_gpu(c, a->self, "false");
}

int
pgpu_enable_dom0_access(struct call *c,
    const struct pgpu_enable_dom0_access_args *a,
    enum pci_dom0_access *result_r)
{
	(void)result_r;
	return start_for_gpu(c, a->self, "true");
}

int
pci_at_start(struct tx *t, struct ref ref)
{
	const struct pci *p = TX_GET(t, PCI, pci, ref);

	if (p && !is_hidden(p)) { /* a reboot has given it back */
		(void)tx_map_remove(t, CLASS_PCI, ref, FIELD_PCI_other_config,
		    DRIVER);
		p = TX_GET(t, PCI, pci, ref);
		if (p && access_of(p) == PCI_DOM0_ACCESS_ENABLED)
			(void)tx_map_remove(t, CLASS_PCI, ref,
			    FIELD_PCI_other_config, WISH);
	}
	p = TX_GET(t, PCI, pci, ref);
	return p && access_of(p) == PCI_DOM0_ACCESS_DISABLE_ON_REBOOT
	    ? plan_at_resume(t, &access_kind, ref)
	    : 0;
}
