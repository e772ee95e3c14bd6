/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entry points and ELF notes of the little guest; see guest.c. */
#include <xen/elfnote.h>

#define NOTE(type, ...)                          \
    .pushsection .note.xen, "a", @note;          \
    .balign 4; .long 4, 2f - 1f, type; .asciz "Xen"; \
1:  __VA_ARGS__; 2: .balign 4; .popsection

NOTE(XEN_ELFNOTE_GUEST_OS, .asciz "xapid-guest")
NOTE(XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0")
NOTE(XEN_ELFNOTE_LOADER, .asciz "generic")
NOTE(XEN_ELFNOTE_VIRT_BASE, .quad 0)
NOTE(XEN_ELFNOTE_PADDR_OFFSET, .quad 0)
NOTE(XEN_ELFNOTE_ENTRY, .quad pv_start)
NOTE(XEN_ELFNOTE_SUSPEND_CANCEL, .long 1)
NOTE(XEN_ELFNOTE_HYPERCALL_PAGE, .quad hypercall_page)
NOTE(XEN_ELFNOTE_PHYS32_ENTRY, .quad pvh_start)

    .text
    .globl pv_start, pvh_start, hypercall_page
    .code64
pv_start:                       /* 64 bit, paging on, start_info in rsi */
    mov  $stack_top, %rsp
    mov  %rsi, si(%rip)
    movl $1, is_pv(%rip)
    call guest_main

    .code32
pvh_start:                      /* 32 bit, flat, paging off */
    /* Identity map of 4 GiB in 2 MiB pages. */
    mov  $pd, %edi
    mov  $0x83, %eax
    xor  %edx, %edx
1:  mov  %eax, (%edi)
    mov  %edx, 4(%edi)
    add  $8, %edi
    add  $0x200000, %eax
    jnc  1b
    mov  $pd + 7, %eax
    mov  $pdpt, %edi
    mov  $4, %ecx
2:  mov  %eax, (%edi)
    add  $8, %edi
    add  $0x1000, %eax
    loop 2b
    movl $pdpt + 7, pml4
    mov  $pml4, %eax
    mov  %eax, %cr3
    mov  %cr4, %eax
    or   $0x20, %eax            /* PAE */
    mov  %eax, %cr4
    mov  $0xc0000080, %ecx      /* EFER.LME */
    rdmsr
    or   $0x100, %eax
    wrmsr
    mov  %cr0, %eax
    or   $0x80000001, %eax
    mov  %eax, %cr0
    lgdt gdtr
    ljmp $8, $3f
    .code64
3:  mov  $16, %eax
    mov  %eax, %ds
    mov  %eax, %es
    mov  %eax, %ss
    mov  $stack_top, %rsp
    mov  $0x40000000, %eax      /* Xen's CPUID leaves begin here or later */
4:  mov  %eax, %esi
    cpuid
    cmp  $0x566e6558, %ebx      /* "XenV" */
    je   5f
    lea  0x100(%esi), %eax
    jmp  4b
5:  lea  2(%esi), %eax
    cpuid
    mov  %ebx, %ecx             /* MSR that installs the hypercall page */
    mov  $hypercall_page, %eax
    xor  %edx, %edx
    wrmsr
    call guest_main

    .balign 4096
hypercall_page:
    .skip 4096

    .data
    .balign 8
gdt: .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdtr: .word 23
    .long gdt, 0

    .bss
    .balign 4096
pml4: .skip 4096
pdpt: .skip 4096
pd:  .skip 4096 * 4
stack: .skip 4096 * 8
stack_top:

    .section .note.GNU-stack,"",@progbits
