package plan

import (
	"cmp"
	"slices"
	"strings"
)

// pack joins clusters of one class that seek company, in the lowest folder where they
// find it, so that a batch widens what an edit re-runs as little as it can: first
// within folders, then, upwards to top, what is left of them with its neighbours.
//
// In the end no small cluster fits any other. From there, one file more or less makes
// new company possible for one cluster only: that is why it never changes more than
// one present target.
func pack(clusters []*cluster, top string, home home) []*cluster {
	byFolder := map[string][]*cluster{}
	for _, c := range clusters {
		byFolder[c.pkg] = append(byFolder[c.pkg], c)
	}
	for _, folder := range deepestFirst(byFolder, top) {
		settled := byFolder[folder]
		if home(folder) == folder {
			settled = settle(settled, folder, home)
		}
		if folder == top {
			return settled
		}
		above := PackageOf(folder)
		byFolder[above] = append(byFolder[above], settled...)
	}
	return nil
}

// deepestFirst returns top and the folders below it on the way to those of clusters.
func deepestFirst(byFolder map[string][]*cluster, top string) []string {
	seen := map[string]bool{top: true}
	folders := []string{top}
	for folder := range byFolder {
		for ; !seen[folder]; folder = PackageOf(folder) {
			seen[folder] = true
			folders = append(folders, folder)
		}
	}
	slices.SortFunc(folders, func(a, b string) int {
		return cmp.Or(cmp.Compare(depth(b), depth(a)), strings.Compare(a, b))
	})
	return folders
}

func depth(folder string) int {
	if folder == "" {
		return 0
	}
	return 1 + strings.Count(folder, "/")
}

// settle joins what seeks company among the clusters of folder and below it, in the
// order of their paths.
func settle(clusters []*cluster, folder string, home home) []*cluster {
	slices.SortFunc(clusters, func(a, b *cluster) int {
		return strings.Compare(a.shares[0].file.Path, b.shares[0].file.Path)
	})
	for i := 0; i < len(clusters); {
		partner := -1
		if clusters[i].seeks() {
			partner = company(clusters, i, folder)
		}
		if partner < 0 {
			i++
			continue
		}
		clusters[i].join(clusters[partner], home)
		clusters = slices.Delete(clusters, partner, partner+1)
		if partner < i {
			i--
		}
	}
	return clusters
}

// company returns which of the clusters the one at index i should join, -1 for none.
func company(clusters []*cluster, i int, folder string) int {
	c := clusters[i]
	best, bestRank := -1, unsuited
	// From the next one on: files whose names begin alike are often about one thing.
	for step := 1; step < len(clusters); step++ {
		j := (i + step) % len(clusters)
		d := clusters[j]
		rank := c.rank(d, folder)
		if rank < bestRank || rank == bestRank && rank != unsuited && rank != ideal && d.cost < clusters[best].cost {
			best, bestRank = j, rank
		}
		if rank == ideal {
			break
		}
	}
	return best
}

// How well one cluster suits another that seeks company, the best first.
const (
	ideal  = iota // it seeks company too
	beside        // its target is in this very folder
	below         // its target must move up to this folder
	unsuited
)

func (c *cluster) rank(d *cluster, folder string) int {
	switch {
	case !c.fits(d):
		return unsuited
	case d.seeks():
		return ideal
	case !c.isSmall():
		return unsuited // It does well enough alone.
	case d.pkg == folder:
		return beside
	default:
		return below
	}
}
