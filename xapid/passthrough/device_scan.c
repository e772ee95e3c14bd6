/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of a real host's PCI and USB devices: those that are there now.
 * Simulated hosts keep the ones that they were made with. */
#include "passthrough/device_scan.h"

#include <string.h>

#include "call/edit.h"
#include "lib/log.h"
#include "passthrough/pci.h"
#include "passthrough/vgpu.h"

struct scan {
	struct core *core;
	struct tx *t;
	struct builder b;
	struct ref host;
	const struct pci_facts *pci;
	const struct usb_facts *usb;
	unsigned npci, nusb;
	struct ref gone[DEVICE_SCAN_MAX];
	unsigned ngone;
};

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

/* ---- PCI ---- */

static void
set_pci(struct tx *t, struct ref ref, const struct pci_facts *f)
{
	TX_SET(t, PCI, pci, ref, class_id, f->class_id);
	TX_SET(t, PCI, pci, ref, class_name, f->class_name);
	TX_SET(t, PCI, pci, ref, vendor_id, f->vendor_id);
	TX_SET(t, PCI, pci, ref, vendor_name, f->vendor_name);
	TX_SET(t, PCI, pci, ref, device_id, f->device_id);
	TX_SET(t, PCI, pci, ref, device_name, f->device_name);
	TX_SET(t, PCI, pci, ref, subsystem_vendor_id, f->subsystem_vendor_id);
	TX_SET(t, PCI, pci, ref, subsystem_vendor_name,
	    f->subsystem_vendor_name);
	TX_SET(t, PCI, pci, ref, subsystem_device_id, f->subsystem_device_id);
	TX_SET(t, PCI, pci, ref, subsystem_device_name,
	    f->subsystem_device_name);
	TX_SET(t, PCI, pci, ref, driver_name, f->driver);
	TX_SET(t, PCI, pci, ref, functions, f->functions);
}

static int
is_gone_pci(const struct record *r, void *arg)
{
	const struct pci *p = (const struct pci *)r;
	struct scan *s = arg;
	unsigned i = 0;

	if (!ref_equal(p->host, s->host))
		return 0;
	while (i < s->npci && strcmp(s->pci[i].address, p->pci_id) != 0)
		i++;
	if (i == s->npci)
		s->gone[s->ngone++] = r->self;
	return s->ngone == DEVICE_SCAN_MAX;
}

/* What has to go where this one goes. */
static void
set_dependencies(struct scan *s, struct ref ref, const char *address)
{
	struct ref all[DEVICE_SCAN_MAX];
	struct set set = { .items = all };

	for (unsigned i = 0; i < s->npci; i++)
		if (strcmp(s->pci[i].address, address) != 0 &&
		    pci_is_same_slot(s->pci[i].address, address))
			all[set.n++] =
			    pci_find(s->t, s->host, s->pci[i].address);
	TX_SET(s->t, PCI, pci, ref, dependencies, set);
}

static void
sync_pci(struct scan *s)
{
	struct ref ref;
	struct pci p;

	s->ngone = 0;
	(void)tx_each(s->t, CLASS_PCI, is_gone_pci, s);
	for (unsigned i = 0; i < s->ngone; i++)
		(void)tx_destroy(s->t, CLASS_PCI, s->gone[i]);
	for (unsigned i = 0; i < s->npci; i++) {
		ref = pci_find(s->t, s->host, s->pci[i].address);
		if (ref_is_null(ref)) {
			builder_defaults(CLASS_PCI, &p.r);
			p.host = s->host;
			p.pci_id = s->pci[i].address;
			if (tx_insert(s->t, &p.r, &ref) < 0)
				return;
		}
		set_pci(s->t, ref, &s->pci[i]);
	}
	for (unsigned i = 0; i < s->npci; i++) {
		ref = pci_find(s->t, s->host, s->pci[i].address);
		TX_SET(s->t, PCI, pci, ref, physical_function,
		    pci_find(s->t, s->host, s->pci[i].function_of));
		set_dependencies(s, ref, s->pci[i].address);
		(void)pci_at_start(s->t, ref);
		pgpu_scan(s->t, &s->b, ref, s->pci[i].primary);
	}
	pgpu_sweep(s->t, s->host);
}

/* Which of them the host's cards are. */
static void
link_cards(struct scan *s)
{
	const struct host *host = TX_GET(s->t, host, host, s->host);
	uint32_t n = host ? host->PIFs.n : 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct ref *pifs;
		const struct pif *pif;
		const struct pif_metrics *m;
		struct ref pci;

		host = TX_GET(s->t, host, host, s->host);
		if (!host || i >= host->PIFs.n)
			return;
		pifs = host->PIFs.items;
		pif = TX_GET(s->t, PIF, pif, pifs[i]);
		m = pif && pif->physical
		    ? TX_GET(s->t, PIF_metrics, pif_metrics, pif->metrics)
		    : NULL;
		pci = m ? pci_find(s->t, s->host, m->pci_bus_path) : REF_NULL;
		if (!ref_is_null(pci))
			TX_SET(s->t, PIF, pif, pifs[i], PCI, pci);
	}
}

/* ---- USB ---- */

static bool
is_same_usb(const struct pusb *p, const struct usb_facts *f)
{
	return strcmp(p->path, f->path) == 0 &&
	    strcmp(p->vendor_id, f->vendor_id) == 0 &&
	    strcmp(p->product_id, f->product_id) == 0 &&
	    strcmp(p->serial, f->serial) == 0;
}

static int
is_gone_usb(const struct record *r, void *arg)
{
	const struct pusb *p = (const struct pusb *)r;
	struct scan *s = arg;
	unsigned i = 0;

	if (!ref_equal(p->host, s->host))
		return 0;
	while (i < s->nusb && !is_same_usb(p, &s->usb[i]))
		i++;
	if (i == s->nusb)
		s->gone[s->ngone++] = r->self;
	return s->ngone == DEVICE_SCAN_MAX;
}

struct usb_search {
	const struct usb_facts *f;
	struct ref host, found, group;
};

bool
usb_is_there(const struct core *core, const struct pusb *pusb)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct usb_facts *all =
	    a ? arena_array(a, DEVICE_SCAN_MAX, sizeof(*all)) : NULL;
	unsigned n;

	if (is_simulated(core))
		return true;
	n = all ? usb_read("", &b, all) : 0;
	for (unsigned i = 0; i < n; i++)
		if (is_same_usb(pusb, &all[i]))
			return true;
	return false;
}

/* The device itself, or else the group of its kind. */
static int
find_usb(const struct record *r, void *arg)
{
	const struct pusb *p = (const struct pusb *)r;
	struct usb_search *s = arg;

	if (strcmp(p->vendor_id, s->f->vendor_id) != 0 ||
	    strcmp(p->product_id, s->f->product_id) != 0)
		return 0;
	s->group = p->USB_group;
	if (!ref_equal(p->host, s->host) || !is_same_usb(p, s->f))
		return 0;
	s->found = r->self;
	return 1;
}

static struct ref
make_group(struct scan *s, const struct usb_facts *f)
{
	struct usb_group g;
	struct ref ref;

	builder_defaults(CLASS_USB_group, &g.r);
	g.name_label = builder_text(&s->b, "Group of %s %s USBs", f->vendor_id,
	    f->product_id);
	return tx_insert(s->t, &g.r, &ref) == 0 ? ref : REF_NULL;
}

static void
add_usb(struct scan *s, const struct usb_facts *f)
{
	struct usb_search search = { .f = f, .host = s->host };
	struct pusb p;
	struct ref ref;

	(void)tx_each(s->t, CLASS_PUSB, find_usb, &search);
	if (!ref_is_null(search.found))
		return;
	builder_defaults(CLASS_PUSB, &p.r);
	p.host = s->host;
	p.USB_group = TX_GET(s->t, USB_group, usb_group, search.group)
	    ? search.group
	    : make_group(s, f);
	p.path = f->path;
	p.vendor_id = f->vendor_id;
	p.vendor_desc = f->vendor;
	p.product_id = f->product_id;
	p.product_desc = f->product;
	p.serial = f->serial;
	p.version = f->version;
	p.speed = f->speed > 0 ? f->speed : -1;
	p.description = builder_text(&s->b, "%s_%s", f->vendor, f->product);
	(void)tx_insert(s->t, &p.r, &ref);
}

/* With its group, when nothing is left in that. */
static void
remove_usb(struct scan *s, struct ref ref)
{
	const struct pusb *p = TX_GET(s->t, PUSB, pusb, ref);
	struct ref group = p ? p->USB_group : REF_NULL;
	const struct usb_group *g;

	(void)tx_destroy(s->t, CLASS_PUSB, ref);
	g = TX_GET(s->t, USB_group, usb_group, group);
	if (g && !g->PUSBs.n && !g->VUSBs.n)
		(void)tx_destroy(s->t, CLASS_USB_group, group);
}

static void
sync_usb(struct scan *s)
{
	s->ngone = 0;
	(void)tx_each(s->t, CLASS_PUSB, is_gone_usb, s);
	for (unsigned i = 0; i < s->ngone; i++)
		remove_usb(s, s->gone[i]);
	for (unsigned i = 0; i < s->nusb; i++)
		add_usb(s, &s->usb[i]);
}

/* ---- when ---- */

int
device_scan_at_start(struct core *core)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct scan *s = a ? arena_array(a, 1, sizeof(*s)) : NULL;
	struct pci_facts *pci =
	    s ? arena_array(a, DEVICE_SCAN_MAX, sizeof(*pci)) : NULL;
	struct usb_facts *usb =
	    pci ? arena_array(a, DEVICE_SCAN_MAX, sizeof(*usb)) : NULL;

	if (!usb)
		return -1;
	*s = (struct scan){ .core = core, .b.arena = a, .host = core->host };
	s->pci = pci;
	s->usb = usb;
	s->npci = pci_read("", &s->b, pci);
	s->nusb = usb_read("", &s->b, usb);
	s->t = tx_begin(core->db);
	if (!s->t)
		return -1;
	sync_pci(s);
	link_cards(s);
	sync_usb(s);
	if (s->b.failed) {
		tx_abort(s->t);
		return -1;
	}
	return tx_commit_wait(s->t, NULL);
}

/* Nobody plugs anything into a simulated host. */
int
pusb_scan(struct call *c, const struct pusb_scan_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	struct scan *s = arena_array(c->arena, 1, sizeof(*s));
	struct usb_facts *usb =
	    arena_array(c->arena, DEVICE_SCAN_MAX, sizeof(*usb));
	TX_SCOPE struct tx *t = NULL;

	if (!r)
		return -1;
	if (!s || !usb)
		return call_fail_nomem(c);
	if (is_simulated(c->core) || !ref_equal(a->host, c->core->host))
		return 0;
	*s = (struct scan){ .core = c->core,
		.b.arena = c->arena,
		.host = a->host };
	s->usb = usb;
	s->nusb = usb_read("", &s->b, usb);
	if (s->b.failed)
		return call_fail_nomem(c);
	t = s->t = call_begin(c);
	if (!t)
		return -1;
	sync_usb(s);
	return call_commit(c, STEAL(t));
}
