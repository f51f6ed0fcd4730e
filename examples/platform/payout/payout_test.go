package payout

import (
	"fmt"
	"testing"
)

func TestSplit(t *testing.T) {
	for cents, want := range map[int64]int{0: 0, 1: 1, Limit: 1, Limit + 1: 2, 5 * Limit: 5} {
		t.Run(fmt.Sprint(cents), func(t *testing.T) {
			t.Parallel()
			transfers, err := Split("acme", cents)
			if err != nil || len(transfers) != want {
				t.Errorf("got %v, %v, want %d transfers", transfers, err, want)
			}
		})
	}
}

func TestSplitRefusesDebts(t *testing.T) {
	if _, err := Split("acme", -1); err == nil {
		t.Error("no error")
	}
}

func ExampleSplit() {
	transfers, _ := Split("acme", 1_500_000)
	fmt.Println(transfers)
	// Output: [{acme 1000000} {acme 500000}]
}

func FuzzSplit(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(Limit - 1))
	f.Add(int64(Limit + 1))
	f.Fuzz(func(t *testing.T, cents int64) {
		transfers, err := Split("acme", cents%(100*Limit))
		var sum int64
		for _, transfer := range transfers {
			sum += transfer.Cents
			if transfer.Cents > Limit {
				t.Errorf("%d cents in one transfer", transfer.Cents)
			}
		}
		if err == nil && sum != cents%(100*Limit) {
			t.Errorf("%d cents became %d", cents, sum)
		}
	})
}
