// Package payout turns what a tenant is owed into bank transfers. It is the part of the
// platform that is written in Go.
package payout

import (
	"errors"
	"fmt"
	"sync"
)

// Limit is the highest amount of one transfer, in cents.
const Limit = 1_000_000

// Transfer is an amount, in cents, to a tenant's account.
type Transfer struct {
	Tenant string
	Cents  int64
}

// Split returns the transfers by which a tenant gets an amount, none above Limit.
func Split(tenant string, cents int64) ([]Transfer, error) {
	if cents < 0 {
		return nil, fmt.Errorf("%s: %d cents: must not be negative", tenant, cents)
	}
	var transfers []Transfer
	for ; cents > 0; cents -= min(cents, Limit) {
		transfers = append(transfers, Transfer{tenant, min(cents, Limit)})
	}
	return transfers, nil
}

// Bank takes transfers. There is one for a process.
type Bank struct {
	mutex  sync.Mutex
	closed bool
	total  int64
}

// ErrClosed says that the bank takes no more transfers today.
var ErrClosed = errors.New("the bank is closed")

// Send sends a transfer.
func (b *Bank) Send(t Transfer) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.closed {
		return ErrClosed
	}
	b.total += t.Cents
	return nil
}

// Close ends the day and returns what was sent, in cents.
func (b *Bank) Close() int64 {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.closed = true
	return b.total
}
