"""A report as PDF: what stands on its pages, the fonts, and the child process that typesets it."""
