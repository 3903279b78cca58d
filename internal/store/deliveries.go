package store

import (
	"context"
	"time"
)

// Delivery is one webhook event. GitHub keeps its GUID on redelivery.
type Delivery struct {
	GUID          string
	Event, Action string
	Installation  int64
	Repository    int64
	Received      time.Time
}

// Receive writes a delivery into the ledger and tells whether there is work to do: a
// delivery that was done is not done again, one that was received and not done is.
func (s *Store) Receive(ctx context.Context, tx Tx, d Delivery) (bool, error) {
	var state string
	err := tx.QueryRowContext(ctx, receive,
		d.GUID, d.Event, d.Action, d.Installation, d.Repository, millis(d.Received)).Scan(&state)
	return state != "done", err
}

// DeliveryDone marks a delivery as handled.
func (s *Store) DeliveryDone(ctx context.Context, tx Tx, guid string) error {
	_, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'done' WHERE guid = $1", guid)
	return err
}

// HasDelivery tells whether a delivery reached the ledger.
func (s *Store) HasDelivery(ctx context.Context, guid string) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM deliveries WHERE guid = $1", guid).Scan(&n)
	return n > 0, err
}

// QueuedDeliveries counts deliveries that were received before a time and not handled.
func (s *Store) QueuedDeliveries(ctx context.Context, before time.Time) (int, error) {
	var n int
	err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM deliveries WHERE state <> 'done' AND received < $1", millis(before)).Scan(&n)
	return n, err
}

// ForgetDeliveries removes handled deliveries received before a time.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM deliveries WHERE state = 'done' AND received < $1", millis(before))
	return err
}

// Mark returns a small value that replicas share, "" when it was never set.
func (s *Store) Mark(ctx context.Context, name string) (string, error) {
	var value string
	err := notFound(s.db.QueryRowContext(ctx, "SELECT value FROM marks WHERE name = $1", name).Scan(&value))
	if err == ErrNotFound {
		return "", nil
	}
	return value, err
}

// SetMark sets a small value that replicas share.
func (s *Store) SetMark(ctx context.Context, name, value string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO marks (name, value) VALUES ($1,$2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	return err
}
