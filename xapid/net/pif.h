/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of hosts, between the files of this folder. */
#ifndef XAPID_PIF_H
#define XAPID_PIF_H

#include "call/call.h"
#include "plan/plan.h"

#define PIF_VIRTUAL_MAC "fe:ff:ff:ff:ff:ff" /* VLANs and SR-IOV have none */

/* ---- pif_scan.c: records as the cards of this host are ---- */

/* At start, on a real host. -1: the database refuses; that the worker does not
 * answer is logged. */
int pif_scan_at_start(struct core *core);
/* The addresses that a card, or what stands on it, is told to have (nics.c of
 * the worker), but for those that the API has said. */
void pif_set_told(struct tx *t, struct ref pif, const struct value *told);
/* Behind that, when plans run: what a reboot of the host took comes up again. */
void pif_bring_up_all(struct core *core);

/* ---- pif.c ---- */

/* The PIF by which a host is on a network; NULL: none. */
const struct pif *pif_on_network(struct tx *t, const struct network *net,
    struct ref host);
/* Whether a further PIF of a host may be on the network. */
int pif_check_joins(struct call *c, struct tx *t, const struct network *net,
    struct ref host);
/* Destroys the row, and its metrics when they are its own. */
int pif_destroy_row(struct tx *t, struct ref pif);

/* ---- network.c ---- */

/* A network with this bridge; null: there is none. */
struct ref network_on_bridge(struct tx *t, const char *bridge);

/* ---- pif_plug.c ---- */

/* Whether it may be taken down, with the first reason why not. */
int pif_check_unplug(struct call *c, struct tx *t, const struct pif *pif);
/* Asks the network worker for a PIF, published and held: "uplink" or
 * "downlink". take: a card that carries the host's addresses, too. */
int pif_send(struct plan *p, const struct pif *pif, const char *op, bool take);
/* The same as if its device were another. */
int pif_send_device(struct plan *p, const struct pif *pif, const char *op,
    const char *device, bool take);
/* For the networks of a VM: those that its host reaches by a PIF that is not
 * up; and the note that they are. */
int pif_send_needed(struct plan *p, struct ref network, struct ref host);
int pif_note_needed(struct tx *t, struct ref network, struct ref host);
extern const struct plan_kind *const pif_kinds[];
extern const struct plan_kind pif_property_kind; /* pif_property.c */

/* ---- pif_setting.c ---- */

/* Puts the static addresses of a PIF, published and held, where it is: those
 * that the API gave it. */
int pif_send_addresses(struct plan *p, const struct pif *pif);
/* The same of any PIF with static addresses: with its gateway, or without. */
int pif_send_way_out(struct plan *p, const struct pif *pif, bool way_out);
/* At start, of one that is ours to keep (keep_up); plug: it was up before. */
int pif_bring_up(struct core *core, struct ref pif, bool plug);
extern const struct plan_kind pif_bring_up_kind;

/* ---- pif_address.c ---- */
extern const struct plan_kind *const pif_address_kinds[]; /* and that one */

/* ---- pif_follow.c ---- */
/* Asks which addresses a PIF, published and held, has: noted as "now:ip" and so
 * on, as the network worker names them; and has its record say so. */
int pif_ask_addresses(struct plan *p, const struct pif *pif);
void pif_take_addresses(struct plan *p, struct tx *t, struct ref pif);
/* The address of the management interface is the host's. */
int pif_note_address(struct tx *t, const struct pif *pif);
/* Addresses of this host have changed. */
void pif_follow_all(struct core *core);
extern const struct plan_kind *const pif_follow_kinds[];

/* ---- bond_cards.c, bond_settings.c ---- */
/* The bond that a PIF, published and held, stands for is made, if it is none
 * yet. */
int bond_send_of(struct plan *p, const struct pif *master);
extern const struct plan_kind *const bond_kinds[];

/* ---- management.c ---- */
/* Whether this host is managed by no interface: then only who is on this
 * machine is answered. */
bool management_is_off(const struct core *core);
/* The same of any host in a transaction. */
bool management_off_in(struct tx *t, struct ref host);
/* From now on the wire does what the record says. */
void management_apply(struct core *core);
extern const struct plan_kind *const management_kinds[];

/* ---- vlan.c ---- */
extern const struct plan_kind vlan_create_kind;
extern const struct plan_kind *const vlan_kinds[];

#endif
