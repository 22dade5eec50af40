"""Every benchmark, one after the other: `make benchmark`."""

from benchmarks import pages, search_speed, start

start.main()
search_speed.main([])
pages.main()
