/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* USB devices of hosts, and their groups. */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"

/* ---- groups ---- */

int
usb_group_create(struct call *c, const struct usb_group_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct usb_group g;

	if (!t)
		return -1;
	builder_defaults(CLASS_USB_group, &g.r);
	g.name_label = a->name_label;
	g.name_description = a->name_description;
	g.other_config = a->other_config;
	(void)tx_insert(t, &g.r, result_r);
	return call_commit(c, STEAL(t));
}

int
usb_group_destroy(struct call *c, const struct usb_group_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct usb_group *g;

	if (!t || !(g = EDIT_HEAD(c, t, USB_group, usb_group, a->self)))
		return -1;
	if (g->VUSBs.n)
		return fail_usb_group_contains_vusb(c,
		    edit_ref_names(c, &g->VUSBs));
	if (g->PUSBs.n)
		return fail_usb_group_contains_pusb(c,
		    edit_ref_names(c, &g->PUSBs));
	(void)tx_destroy(t, CLASS_USB_group, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- devices of hosts ---- */

/* A VM that has the device now. */
static const struct vusb *
user_of(struct tx *t, const struct pusb *pusb)
{
	const struct usb_group *g =
	    TX_GET(t, USB_group, usb_group, pusb->USB_group);
	const struct ref *vusbs = g ? g->VUSBs.items : NULL;

	for (uint32_t i = 0; g && i < g->VUSBs.n; i++) {
		const struct vusb *v = TX_GET(t, VUSB, vusb, vusbs[i]);

		if (v && v->currently_attached)
			return v;
	}
	return NULL;
}

int
pusb_set_passthrough_enabled(struct call *c,
    const struct pusb_set_passthrough_enabled_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pusb *pusb;
	const struct vusb *user;

	if (!t || !(pusb = EDIT_HEAD(c, t, PUSB, pusb, a->self)))
		return -1;
	user = user_of(t, pusb);
	if (user && !a->value)
		return fail_usb_already_attached(c, call_ref_text(c, a->self),
		    call_ref_text(c, user->VM));
	TX_SET(t, PUSB, pusb, a->self, passthrough_enabled, a->value);
	return call_commit(c, STEAL(t));
}
