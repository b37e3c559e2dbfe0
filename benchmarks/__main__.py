"""`python benchmarks`: the benchmark of what the toolbar costs."""

from benchmark_overhead import main

raise SystemExit(main())
