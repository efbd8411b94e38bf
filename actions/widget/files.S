/* SPDX-License-Identifier: MIT */
/*
 * The widget's files, as they stand in this folder, in the program: it needs no data directory and can be copied as one
 * file. Names have hidden visibility like every function of the library (-fvisibility says nothing to an assembler).
 */
.macro asset name, file
	.global widget_\name
	.global widget_\name\()_end
	.hidden widget_\name
	.hidden widget_\name\()_end
	.type widget_\name, %object
	.balign 8
widget_\name:
	.incbin "\file"
widget_\name\()_end:
	.size widget_\name, . - widget_\name
	.byte 0
.endm

	.section .rodata
	asset embed_js, "actions/widget/embed.js"
	asset frame_html, "actions/widget/frame.html"
	asset frame_js, "actions/widget/frame.js"
	asset build_js, "actions/widget/build.js"
	asset cards_js, "actions/widget/cards.js"
	asset door_js, "actions/widget/door.js"
	asset forms_js, "actions/widget/forms.js"
	asset page_js, "actions/widget/page.js"
	asset words_js, "actions/widget/words.js"
	asset style_css, "actions/widget/style.css"
	asset demo_html, "actions/widget/demo.html"
	asset queue_js, "actions/widget/queue.js"
	asset demo_js, "actions/widget/demo.js"
	asset demo_css, "actions/widget/demo.css"

	.section .note.GNU-stack, "", %progbits
