# SPDX-License-Identifier: LGPL-2.1-or-later

# What reads disks of guests.
disk_readers = \
	storage/disk.c \
	storage/disk.h \
	storage/fs_ext.c \
	storage/fs_iso.c

# The drivers; tests are linked with them, too.
storage_drivers = \
	$(disk_readers) \
	storage/drivers.def \
	storage/file.c \
	storage/file_copy.c \
	storage/file_sum.c \
	storage/helper.c \
	storage/helper.h \
	storage/image.c \
	storage/image.h \
	storage/image_program.c \
	storage/image_program.h \
	storage/iso.c \
	storage/job.c \
	storage/job.h \
	storage/keeper.c \
	storage/keeper.h \
	storage/kernel.c \
	storage/kernel.h \
	storage/mark.c \
	storage/merge.c \
	storage/nbd.c \
	storage/nbd.h \
	storage/place.c \
	storage/probe.c \
	storage/qcow2.c \
	storage/qcow2.h \
	storage/scratch.c \
	storage/sim.c \
	storage/storage.h \
	storage/volume.c \
	storage/volume.h \
	storage/volume_make.c

pkglibexec_PROGRAMS += storage/xapid-storage
storage_xapid_storage_SOURCES = \
	$(storage_drivers) \
	storage/sim_orders.c \
	storage/sim_orders.h \
	storage/worker.c
storage_xapid_storage_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)
