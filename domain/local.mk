# SPDX-License-Identifier: LGPL-2.1-or-later

pkglibexec_PROGRAMS += domain/xapid-domain
domain_xapid_domain_SOURCES = \
	domain/domain.h \
	domain/sim/sim.c \
	domain/sim/sim_devices.c \
	domain/sim/sim_guest.c \
	domain/sim/sim_happen.c \
	domain/sim/sim_private.h \
	domain/sim/sim_ring.c \
	domain/worker.c
domain_xapid_domain_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)

# Real domains. libxl's JSON library and ours have the same names: jansson is
# not linked here. Nothing of ours is exported either: our uuid_parse() took
# the place of libuuid's in libxl.
if LIBXL
domain_xapid_domain_SOURCES += \
	domain/tpm/swtpm.c \
	domain/tpm/swtpm.h \
	domain/tpm/swtpm_process.c \
	domain/tpm/swtpm_process.h \
	domain/xl/device/xl_devid.c \
	domain/xl/device/xl_disk.c \
	domain/xl/device/xl_media.c \
	domain/xl/device/xl_nic.c \
	domain/xl/device/xl_pci.c \
	domain/xl/device/xl_plug.c \
	domain/xl/device/xl_priority.c \
	domain/xl/device/xl_tpm.c \
	domain/xl/device/xl_usb.c \
	domain/xl/device/xl_use.c \
	domain/xl/watch/xl_watch.c \
	domain/xl/watch/xl_watch.h \
	domain/xl/watch/xl_watch_disk.c \
	domain/xl/xl.c \
	domain/xl/xl.h \
	domain/xl/xl_config.c \
	domain/xl/xl_create.c \
	domain/xl/xl_dump.c \
	domain/xl/xl_host.c \
	domain/xl/xl_kernel.c \
	domain/xl/xl_list.c \
	domain/xl/xl_live.c \
	domain/xl/xl_meter.c \
	domain/xl/xl_model.c \
	domain/xl/xl_platform.c \
	domain/xl/xl_power.c \
	domain/xl/xl_private.h \
	domain/xl/xl_save.c \
	domain/xl/xl_script.c \
	domain/xl/xl_tune.c \
	domain/xl/xl_turn.c
domain_xapid_domain_CPPFLAGS = $(AM_CPPFLAGS) $(LIBXL_CFLAGS)
domain_xapid_domain_LDADD += $(LIBXL_LIBS)
domain_xapid_domain_LDFLAGS = -Wl,--exclude-libs,ALL
endif
