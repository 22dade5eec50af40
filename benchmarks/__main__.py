"""Every benchmark, one after the other: `make benchmark`."""

from benchmarks import pages, search_speed, serving, start

start.main()
search_speed.main([])
serving.main([])
pages.main()
