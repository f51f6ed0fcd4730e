import cluster
