"""No look-ahead: what comes later changes nothing of what was decided before."""
