/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_DEVICE_PLUG_H
#define XAPID_DEVICE_PLUG_H

struct plan_kind;

/* The plans of devices of running VMs; NULL at the end. */
extern const struct plan_kind *const vbd_kinds[];
extern const struct plan_kind *const vif_kinds[];
extern const struct plan_kind *const vusb_kinds[];
extern const struct plan_kind *const pci_kinds[];
extern const struct plan_kind *const vif_change_kinds[];
/* One field of a VIF: "field", "how" ("set" …), "value". */
extern const struct plan_kind vif_change_kind;
extern const struct plan_kind *const vif_address_kinds[];

#endif
