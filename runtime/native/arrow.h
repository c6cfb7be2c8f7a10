/* Bars from an uncompressed Arrow IPC file (also called Feather version 2), read in place. */
#ifndef STRATC_ARROW_H
#define STRATC_ARROW_H

#include "bar_rows.h"
#include "mapped.h"

#define STRATC_ARROW_HELP "pyarrow.feather.write_feather(table, path, compression='uncompressed')"

/* Feeds every row of every batch to the sink, which it completes with itself as source.
 * Any bytes are safe: what does not hold together is STRATC_EXIT_INPUT, "truncated or corrupt".
 * Time: int64 (ns, us, ms or s by its size) or timestamp; prices: float64 or int64, in the quote currency;
 * volume: float64 or int64. */
bool stratc_arrow_read(const stratc_mapped *file, stratc_bar_sink *sink, stratc_error *error);

#endif
