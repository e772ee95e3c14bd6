/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A boot sector that looks for a display beside the machine's own: it says "GPU
 * vvvv:dddd xxxx" on the first serial port, xxxx being what it reads from the
 * registers of that display (0xb0c0 and something, of the one that QEMU
 * emulates), or "NO GPU".
 * (source: PCI Local Bus 3.0, 3.2.2.3; QEMU's docs/specs/standard-vga) */
	.code16
	.set	ADDRESS, 0xcf8
	.set	DATA, 0xcfc
	.set	CLASS, 0x08
	.set	BAR2, 0x18
	.set	DISPI, 0x500

	.globl	_start
_start:	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$0x7c00, %sp
	inb	$0x92, %al
	orb	$2, %al
	outb	%al, $0x92
	/* fs reaches all of the address space from here on. */
	lgdtw	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$8, %bx
	movw	%bx, %fs
	andb	$0xfe, %al
	movl	%eax, %cr0
	sti

	movl	$0x80000000, %ebx
1:	movb	$CLASS, %bl
	call	config
	shrl	$16, %eax
	cmpw	$0x0380, %ax /* a display that is none of the firmware's */
	je	found
	addl	$0x100, %ebx
	cmpl	$0x80010000, %ebx
	jb	1b
	movw	$none, %si
	call	say
halt:	hlt
	jmp	halt

found:	movw	$prefix, %si
	call	say
	movb	$0, %bl
	call	config
	pushl	%eax
	call	word
	movb	$':', %al
	call	put
	popl	%eax
	shrl	$16, %eax
	call	word
	movb	$' ', %al
	call	put
	movb	$BAR2, %bl
	call	config
	andb	$0xf0, %al
	movw	%fs:DISPI(%eax), %ax
	call	word
	movw	$newline, %si
	call	say
	jmp	halt

/* The double word of configuration space at ebx. */
config:	movl	%ebx, %eax
	movw	$ADDRESS, %dx
	outl	%eax, %dx
	movw	$DATA, %dx
	inl	%dx, %eax
	ret

word:	pushw	%ax
	movb	%ah, %al
	call	hex
	popw	%ax
hex:	pushw	%ax
	shrb	$4, %al
	call	1f
	popw	%ax
	andb	$15, %al
1:	cmpb	$10, %al
	sbbb	$0x69, %al
	das
put:	pushw	%ax
	movw	$0x3fd, %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	popw	%ax
	movw	$0x3f8, %dx
	outb	%al, %dx
	ret

say:	lodsb
	testb	%al, %al
	jz	1f
	call	put
	jmp	say
1:	ret

none:	.asciz	"NO GPU\r\n"
prefix:	.asciz	"GPU "
newline:
	.asciz	"\r\n"

gdtr:	.word	15
	.long	gdt
	.balign	8
gdt:	.quad	0
	.quad	0x00cf92000000ffff

	.org	510
	.word	0xaa55
