/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest that is nothing but a toolstack's counterpart: it boots in
 * milliseconds, prints on the Xen console, answers control/shutdown
 * (poweroff, halt, reboot, suspend), follows memory/target and connects its
 * virtual disks and network interfaces without using them.  One ELF serves
 * PV (64 bit) and PVH.  No interrupts: it polls its event channels with
 * SCHEDOP_poll. */
#include <stddef.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/memory.h>
#include <xen/sched.h>

#define PAGE 4096UL
#define mb() __sync_synchronize()
typedef unsigned long ulong;

extern char _end[];
int is_pv;                              /* set by start.S */
start_info_t *si;                       /* PV only, set by start.S */

static uint8_t shared_page[PAGE] __attribute__((aligned(4096)));
static uint8_t grant_page[PAGE] __attribute__((aligned(4096)));
static uint8_t ring_page[64][PAGE] __attribute__((aligned(4096)));
static ulong frame_list[512] __attribute__((aligned(4096)));
static ulong frame_list_list[512] __attribute__((aligned(4096)));
#define shared (*(volatile shared_info_t *)shared_page)

static struct xencons_interface *cons;
static struct xenstore_domain_interface *store;
static evtchn_port_t cons_port, store_port;

/* ---- hypercalls ---- */

extern char hypercall_page[];
static long hyper(int nr, ulong a, ulong b, ulong c, ulong d)
{
    long ret;
    ulong fn = (ulong)hypercall_page + nr * 32;
    register ulong r10 asm("r10") = d;
    asm volatile("call *%[fn]"
                 : "=a"(ret), "+D"(a), "+S"(b), "+d"(c), "+r"(r10)
                 : [fn] "r"(fn) : "memory", "rcx", "r8", "r9", "r11");
    return ret;
}
#define p(x) ((ulong)(x))

static void notify(evtchn_port_t port)
{
    struct evtchn_send e = { .port = port };
    hyper(__HYPERVISOR_event_channel_op, EVTCHNOP_send, p(&e), 0, 0);
}

static void stop(int reason)
{
    struct sched_shutdown s = { .reason = reason };
    for (;;)
        hyper(__HYPERVISOR_sched_op, SCHEDOP_shutdown, p(&s), 0, 0);
}

/* Sleep until one of our two channels has an event. */
static void doze(void)
{
    evtchn_port_t ports[] = { store_port, cons_port };
    struct sched_poll sp = { .nr_ports = 2 };
    set_xen_guest_handle(sp.ports, ports);
    hyper(__HYPERVISOR_sched_op, SCHEDOP_poll, p(&sp), 0, 0);
    for (int i = 0; i < 2; i++)
        __sync_fetch_and_and((ulong *)&shared.evtchn_pending[ports[i] / 64],
                             ~(1UL << ports[i] % 64));
}

/* ---- strings and the console ---- */

static size_t len(const char *s) { size_t n = 0; while (s[n]) n++; return n; }
static int same(const char *a, const char *b)
{
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}
static char *cat(char *d, const char *s) { while (*s) *d++ = *s++; *d = 0; return d; }
static char *num(char *d, ulong v)
{
    char t[24]; int n = 0;
    do t[n++] = '0' + v % 10; while (v /= 10);
    while (n) *d++ = t[--n];
    *d = 0;
    return d;
}
static ulong val(const char *s)
{
    ulong v = 0;
    while (*s >= '0' && *s <= '9') v = v * 10 + (*s++ - '0');
    return v;
}
void *memcpy(void *d, const void *s, size_t n)
{
    void *r = d;
    asm volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) :: "memory");
    return r;
}
void *memset(void *d, int c, size_t n)
{
    void *r = d;
    asm volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
    return r;
}

static void put(const char *s)
{
    for (; *s; s++) {
        if (cons->out_prod - cons->out_cons >= sizeof(cons->out))
            break;                      /* nobody reads: drop */
        cons->out[MASK_XENCONS_IDX(cons->out_prod, cons->out)] = *s;
        mb();
        cons->out_prod++;
    }
    notify(cons_port);
}

/* How often it was asked: whether its memory is the one it was. */
static void count(void)
{
    static ulong n;
    char line[40] = "\r\nCOUNT ";
    cat(num(line + len(line), ++n), "\r\n");
    put(line);
}

/* Echo what is typed, so that a console test has something to see; ENQ is a
 * question. */
static void echo(void)
{
    char c[2] = "";
    while (cons->in_cons != cons->in_prod) {
        mb();
        c[0] = cons->in[MASK_XENCONS_IDX(cons->in_cons, cons->in)];
        mb();
        cons->in_cons++;
        if (c[0] == 5) count();
        else put(c[0] == '\r' ? "\r\n" : c);
    }
}

/* ---- frames ---- */

static ulong *p2m;                      /* PV: our frame numbers -> machine's */
static ulong frame(const void *va) { return is_pv ? p2m[p(va) / PAGE] : p(va) / PAGE; }
static void *pv_va(ulong mfn)
{
    for (ulong i = 0; i < si->nr_pages; i++)
        if (p2m[i] == mfn)
            return (void *)(i * PAGE);
    return NULL;
}
static void pv_map(void *va, ulong mfn)
{
    hyper(__HYPERVISOR_update_va_mapping, p(va), mfn << 12 | 0x67, UVMF_INVLPG, 0);
}
static ulong hvm_param(int index)
{
    struct xen_hvm_param x = { .domid = DOMID_SELF, .index = index };
    hyper(__HYPERVISOR_hvm_op, HVMOP_get_param, p(&x), 0, 0);
    return x.value;
}

/* (Re)connect to the hypervisor: at boot, and after a suspend. */
static void attach(void)
{
    if (is_pv) {
        p2m = (ulong *)si->mfn_list;
        pv_map(shared_page, si->shared_info >> 12);
        cons = pv_va(si->console.domU.mfn);
        cons_port = si->console.domU.evtchn;
        store = pv_va(si->store_mfn);
        store_port = si->store_evtchn;
        /* The tree of frame lists that a save reads. */
        ulong n = (si->nr_pages * 8 + PAGE - 1) / PAGE;
        for (ulong i = 0; i < n; i++)
            frame_list[i] = frame((char *)p2m + i * PAGE);
        frame_list_list[0] = frame(frame_list);
        shared.arch.pfn_to_mfn_frame_list_list = frame(frame_list_list);
        shared.arch.max_pfn = si->nr_pages;
    } else {
        struct xen_add_to_physmap x = { .domid = DOMID_SELF,
            .space = XENMAPSPACE_shared_info, .gpfn = frame(shared_page) };
        hyper(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, p(&x), 0, 0);
        cons = (void *)(hvm_param(HVM_PARAM_CONSOLE_PFN) * PAGE);
        cons_port = hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
        store = (void *)(hvm_param(HVM_PARAM_STORE_PFN) * PAGE);
        store_port = hvm_param(HVM_PARAM_STORE_EVTCHN);
    }
    /* One page of grants is plenty: 512 entries of version 1. */
    if (is_pv) {
        xen_pfn_t f = 0;
        struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
        set_xen_guest_handle(s.frame_list, &f);
        hyper(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, p(&s), 1, 0);
        pv_map(grant_page, f);
    } else {
        struct xen_add_to_physmap x = { .domid = DOMID_SELF,
            .space = XENMAPSPACE_grant_table, .gpfn = frame(grant_page) };
        hyper(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, p(&x), 0, 0);
    }
}

/* ---- xenstore ---- */

static char reply[4096];
static int fired = 1;                   /* a watch went off */

static void ring_get(char *d, size_t n)
{
    while (n) {
        while (store->rsp_cons == store->rsp_prod)
            doze();
        mb();
        char c = store->rsp[MASK_XENSTORE_IDX(store->rsp_cons)];
        mb();
        store->rsp_cons++;
        if (d) *d++ = c;
        n--;
    }
}
static void ring_put(const char *s, size_t n)
{
    while (n) {
        if (store->req_prod - store->req_cons == sizeof(store->req)) {
            notify(store_port);
            doze();
            continue;
        }
        store->req[MASK_XENSTORE_IDX(store->req_prod)] = *s++;
        mb();
        store->req_prod++;
        n--;
    }
}
/* Read one message; watch events only raise `fired`. Type, or -1. */
static int message(void)
{
    struct xsd_sockmsg h;
    ring_get((char *)&h, sizeof(h));
    size_t n = h.len < sizeof(reply) ? h.len : sizeof(reply) - 1;
    ring_get(reply, n);
    ring_get(NULL, h.len - n);
    reply[n] = 0;
    notify(store_port);
    if (h.type == XS_WATCH_EVENT) { fired = 1; return -1; }
    return h.type;
}
/* One request of up to two strings; the answer is in `reply`. */
static int ask(int type, const char *a, const char *b, int blen)
{
    struct xsd_sockmsg h = { .type = type, .len = len(a) + 1 + blen };
    int t;
    ring_put((char *)&h, sizeof(h));
    ring_put(a, len(a) + 1);
    if (b) ring_put(b, blen);
    notify(store_port);
    while ((t = message()) < 0) ;
    return t == XS_ERROR ? -1 : 0;
}
static char *xread(const char *path) { return ask(XS_READ, path, NULL, 0) ? NULL : reply; }
static void xwrite(const char *path, const char *v) { ask(XS_WRITE, path, v, len(v)); }
static void watch(const char *path) { ask(XS_WATCH, path, "w", 2); }

/* ---- devices ---- */

static int nring;
/* Grant entry i and ring page i go together; entries 0-7 are Xen's. */
static int grant(void)
{
    if (nring == 64) return 0;
    grant_entry_v1_t *g = &((grant_entry_v1_t *)grant_page)[8 + nring];
    memset(ring_page[nring], 0, PAGE);
    ((uint32_t *)ring_page[nring])[1] = 1;      /* req_event */
    ((uint32_t *)ring_page[nring])[3] = 1;      /* rsp_event */
    g->domid = 0;
    g->frame = frame(ring_page[nring]);
    mb();
    g->flags = GTF_permit_access;
    return 8 + nring++;
}
static void field(const char *dir, const char *key, ulong v)
{
    char path[96], text[24];
    cat(cat(path, dir), key);
    num(text, v);
    xwrite(path, text);
}
static ulong number(const char *dir, const char *key)
{
    char path[128];
    cat(cat(path, dir), key);
    char *r = xread(path);
    return r ? val(r) : 0;
}
static void device(const char *dir, int vif)
{
    char back[128] = "";
    ulong state = number(dir, "/state");
    cat(back, dir); cat(back + len(back), "/backend");
    char *r = xread(back);
    if (!r || len(r) > 100) return;
    cat(back, r);
    ulong there = number(back, "/state");
    if (there >= 5) {
        if (state != 6) field(dir, "/state", 6);
    } else if (state == 1 && there == 2) {
        struct evtchn_alloc_unbound e = { .dom = DOMID_SELF, .remote_dom = 0 };
        hyper(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, p(&e), 0, 0);
        if (vif) {
            field(dir, "/tx-ring-ref", grant());
            field(dir, "/rx-ring-ref", grant());
            field(dir, "/request-rx-copy", 1);
        } else {
            field(dir, "/ring-ref", grant());
            char path[96];
            cat(cat(path, dir), "/protocol");
            xwrite(path, "x86_64-abi");
        }
        field(dir, "/event-channel", e.port);
        field(dir, "/state", vif ? 4 : 3);
    } else if (state == 3 && there == 4)
        field(dir, "/state", 4);
}
static void devices(const char *class, int vif)
{
    static char names[4096];
    if (ask(XS_DIRECTORY, class, NULL, 0)) return;
    memcpy(names, reply, sizeof(names));
    for (char *n = names; *n; n += len(n) + 1) {
        char dir[64], path[128];
        cat(cat(cat(dir, class), "/"), n);
        cat(cat(path, dir), "/backend");
        char *r = xread(path);
        if (r && len(r) < 100) {        /* see its state changes, once */
            cat(cat(path, r), "/state");
            watch(path);
        }
        device(dir, vif);
    }
}

/* ---- memory ---- */

static ulong pages, top;                /* what we hold; what we began with */
static void balloon(void)
{
    char *r = xread("memory/target");
    if (!r) return;
    ulong want = val(r) / 4, least = p(_end) / PAGE + 1280;
    if (want < least) want = least;
    if (want > top) want = top;
    while (pages != want) {
        ulong pfn = pages > want ? pages - 1 : pages;
        xen_pfn_t f = is_pv && pages > want ? p2m[pfn] : pfn;
        struct xen_memory_reservation m = { .nr_extents = 1, .domid = DOMID_SELF };
        set_xen_guest_handle(m.extent_start, &f);
        if (hyper(__HYPERVISOR_memory_op, pages > want ? XENMEM_decrease_reservation
                  : XENMEM_populate_physmap, p(&m), 0, 0) != 1)
            break;
        if (pages > want) {
            if (is_pv) p2m[pfn] = ~0UL;
            pages--;
        } else {
            if (is_pv) {
                mmu_update_t u = { .ptr = f << 12 | MMU_MACHPHYS_UPDATE, .val = pfn };
                p2m[pfn] = f;
                hyper(__HYPERVISOR_mmu_update, p(&u), 1, 0, DOMID_SELF);
            }
            pages++;
        }
    }
}

/* ---- life ---- */

static void announce(const char *what)
{
    char line[64];
    cat(cat(cat(line, "GUEST "), what), is_pv ? " pv\r\n" : " pvh\r\n");
    put(line);
}
static void hello(void)
{
    static const char *const can[] = { "poweroff", "halt", "reboot", "suspend" };
    char path[64];
    for (int i = 0; i < 4; i++) {
        cat(cat(path, "control/feature-"), can[i]);
        xwrite(path, "1");
    }
    watch("control/shutdown");
    watch("memory/target");
    watch("device");
}
static void suspend(void)
{
    struct sched_shutdown s = { .reason = SHUTDOWN_suspend };
    ulong cancelled;
    if (is_pv) {
        si->store_mfn = p(store) / PAGE;
        si->console.domU.mfn = p(cons) / PAGE;
        pv_map(shared_page, frame(shared_page));
        pv_map(grant_page, frame(grant_page));
    }
    cancelled = hyper(__HYPERVISOR_sched_op, SCHEDOP_shutdown, p(&s),
                      is_pv ? frame(si) : 0, 0);
    if (is_pv && cancelled) {
        si->store_mfn = frame(store);
        si->console.domU.mfn = frame(cons);
    }
    attach();
    if (!cancelled) nring = 0;
    fired = 1;
    hello();
    announce("RESUMED");
}
void guest_main(void)
{
    attach();
    /* PV gets exactly nr_pages; PVH keeps a margin for Xen's own pages. */
    if (is_pv) top = si->nr_pages;
    else {
        domid_t d = DOMID_SELF;
        top = hyper(__HYPERVISOR_memory_op, XENMEM_current_reservation, p(&d), 0, 0) - 64;
    }
    pages = top;
    announce("UP");
    hello();
    for (;;) {
        while (store->rsp_cons != store->rsp_prod) message();
        echo();
        if (!fired) { doze(); continue; }
        fired = 0;
        char *r = xread("control/shutdown");
        if (r && *r) {
            char why[16] = "";
            if (len(r) < sizeof(why)) cat(why, r);
            xwrite("control/shutdown", "");
            announce(why);
            if (same(why, "suspend")) suspend();
            else if (same(why, "reboot")) stop(SHUTDOWN_reboot);
            else if (same(why, "crash")) stop(SHUTDOWN_crash);
            else stop(SHUTDOWN_poweroff);
        }
        balloon();
        devices("device/vbd", 0);
        devices("device/vif", 1);
    }
}
