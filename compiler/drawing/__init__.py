"""Pictures of a checked program, as text: its signals and its machine as boxes and arrows, in DOT or as a finished SVG."""
