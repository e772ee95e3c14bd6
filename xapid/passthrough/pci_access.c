/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which PCI devices the control domain has. It gives one up for good where that
 * is asked for: at once when it does not use it, else when the daemon starts
 * and it does not use it then. What was asked for stands in PCI.other_config. */
#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "device/device_plug.h"
#include "model/builder.h"
#include "passthrough/pci.h"
#include "plan/plan.h"

#define WISH "xapid-dom0-access"   /* "disabled", "enabled" */
#define DRIVER "xapid-dom0-driver" /* it had before */

static bool
is_hidden(const struct pci *p)
{
	return strcmp(p->driver_name, "pciback") == 0;
}

/* Its driver is remembered for when it has it again. */
void
pci_hide(struct tx *t, struct ref ref)
{
	const struct pci *p = TX_GET(t, PCI, pci, ref);

	if (!p || is_hidden(p))
		return;
	if (p->driver_name[0])
		(void)tx_map_put(t, CLASS_PCI, ref, FIELD_PCI_other_config,
		    DRIVER, p->driver_name);
	TX_SET(t, PCI, pci, ref, driver_name, "pciback");
}

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

/* Who has it is about to start or to end: then it is neither one's. */
static int
check_users(struct plan *p, struct tx *t)
{
	const struct pci *pci = TX_GET(t, PCI, pci, p->object);
	const struct ref *users = pci ? pci->attached_VMs.items : NULL;

	if (!pci)
		return fail_handle_invalid(p->call, "PCI",
		    call_ref_text(p->call, p->object));
	for (uint32_t i = 0; i < pci->attached_VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, users[i]);

		if (vm && vm->current_operations.n)
			return refuse_busy(p->call, &vm->r,
			    &vm->current_operations, 0,
			    &enum_info_vm_operations);
	}
	return 0;
}

/* No VM takes it meanwhile. */
static int
keep(struct plan *p, struct tx *t)
{
	const struct pci *pci = TX_GET(t, PCI, pci, p->object);
	const struct host *host = pci ? TX_GET(t, host, host, pci->host) : NULL;

	return host ? TX_SET(t, PCI, pci, p->object,
			  scheduled_to_be_attached_to, host->control_domain)
		    : 0;
}

static int
let_go(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	if (TX_GET(t, PCI, pci, p->object))
		TX_SET(t, PCI, pci, p->object, scheduled_to_be_attached_to,
		    REF_NULL);
	return 0;
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
		pci_hide(t, p->object);
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
	.check = check_users,
	.began = keep,
	.finish = let_go,
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
