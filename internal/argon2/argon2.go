// Copyright 2017 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file of this folder.

// Package argon2 is Argon2id (RFC 9106) in memory that is kept from one hash to
// the next. It is golang.org/x/crypto/argon2, which makes new memory for each hash,
// less what Keyturn doesn't use; docs/decisions/0007 says why it is here. Its test
// compares the two.
package argon2

import (
	"encoding/binary"
	"sync"

	"golang.org/x/crypto/blake2b"
)

// Version of Argon2, as it stands in hashes.
const Version = 0x13

const (
	argon2id    = 2
	blockLength = 128 // words of 8 bytes
	syncPoints  = 4   // slices of a pass, after each of which the lanes wait for each other
)

type block [blockLength]uint64

// A Memory is where hashes are computed, one at a time. The zero value grows with
// its first hash. What a hash leaves in it can't be read from outside and is
// overwritten by the next one.
type Memory struct{ blocks []block }

// IDKey returns what golang.org/x/crypto/argon2.IDKey does. memory is in KiB.
func (m *Memory) IDKey(password, salt []byte, passes, memory uint32, lanes uint8, length uint32) []byte {
	if passes < 1 || lanes < 1 {
		panic("argon2: a hash needs a pass and a lane")
	}
	threads := uint32(lanes)
	h0 := initHash(password, salt, passes, memory, threads, length)
	memory = max(memory/(syncPoints*threads), 2) * syncPoints * threads
	if uint32(cap(m.blocks)) < memory {
		m.blocks = make([]block, memory)
	}
	b := m.blocks[:memory]
	initBlocks(b, &h0, threads)
	processBlocks(b, passes, threads)
	return extractKey(b, threads, length)
}

// initHash is H₀ of RFC 9106 §3.2, with room for the two numbers that follow it.
func initHash(password, salt []byte, passes, memory, threads, length uint32) (h0 [blake2b.Size + 8]byte) {
	b2, _ := blake2b.New512(nil) // fails only for a key
	number := func(n uint32) {
		var four [4]byte
		binary.LittleEndian.PutUint32(four[:], n)
		b2.Write(four[:])
	}
	for _, n := range []uint32{threads, length, memory, passes, Version, argon2id} {
		number(n)
	}
	for _, text := range [][]byte{password, salt, nil, nil} { // no secret, no associated data
		number(uint32(len(text)))
		b2.Write(text)
	}
	b2.Sum(h0[:0])
	return h0
}

// initBlocks makes the first two blocks of each lane.
func initBlocks(b []block, h0 *[blake2b.Size + 8]byte, threads uint32) {
	var first [8 * blockLength]byte
	for lane := range threads {
		binary.LittleEndian.PutUint32(h0[blake2b.Size+4:], lane)
		for n := range uint32(2) {
			binary.LittleEndian.PutUint32(h0[blake2b.Size:], n)
			blake2bHash(first[:], h0[:])
			to := &b[lane*(uint32(len(b))/threads)+n]
			for i := range to {
				to[i] = binary.LittleEndian.Uint64(first[i*8:])
			}
		}
	}
}

// processBlocks makes all others, pass by pass.
func processBlocks(b []block, passes, threads uint32) {
	for pass := range passes {
		for slice := range uint32(syncPoints) {
			if threads == 1 {
				processSegment(b, passes, threads, pass, slice, 0)
				continue
			}
			var all sync.WaitGroup
			for lane := range threads {
				all.Go(func() { processSegment(b, passes, threads, pass, slice, lane) })
			}
			all.Wait()
		}
	}
}

// processSegment makes the blocks of one lane in one slice. In the first pass they
// are written over whatever an earlier hash left there; in the later ones they are
// added to what the pass before made.
func processSegment(b []block, passes, threads, pass, slice, lane uint32) {
	var addresses, in, zero block
	lanes := uint32(len(b)) / threads
	segments := lanes / syncPoints
	known := pass == 0 && slice < syncPoints/2 // addresses don't depend on the password
	if known {
		in = block{uint64(pass), uint64(lane), uint64(slice), uint64(len(b)), uint64(passes), argon2id}
	}
	next := func() {
		in[6]++
		processBlock(&addresses, &in, &zero)
		processBlock(&addresses, &addresses, &zero)
	}
	index := uint32(0)
	if pass == 0 && slice == 0 {
		index = 2 // the first two are there
		next()
	}
	for offset := lane*lanes + slice*segments + index; index < segments; index, offset = index+1, offset+1 {
		prev := offset - 1
		if index == 0 && slice == 0 {
			prev += lanes // last block of the lane
		}
		random := b[prev][0]
		if known {
			if index%blockLength == 0 {
				next()
			}
			random = addresses[index%blockLength]
		}
		other := indexAlpha(random, lanes, segments, threads, pass, slice, lane, index)
		if pass == 0 {
			processBlock(&b[offset], &b[prev], &b[other])
		} else {
			processBlockXOR(&b[offset], &b[prev], &b[other])
		}
	}
}

func extractKey(b []block, threads, length uint32) []byte {
	lanes := uint32(len(b)) / threads
	last := b[len(b)-1]
	for lane := range threads - 1 {
		for i, v := range b[lane*lanes+lanes-1] {
			last[i] ^= v
		}
	}
	var text [8 * blockLength]byte
	for i, v := range last {
		binary.LittleEndian.PutUint64(text[i*8:], v)
	}
	key := make([]byte, length)
	blake2bHash(key, text[:])
	return key
}

// indexAlpha chooses the block that is mixed in, RFC 9106 §3.4.
func indexAlpha(random uint64, lanes, segments, threads, pass, slice, lane, index uint32) uint32 {
	from := uint32(random>>32) % threads
	if pass == 0 && slice == 0 {
		from = lane
	}
	m, s := 3*segments, ((slice+1)%syncPoints)*segments
	if lane == from {
		m += index
	}
	if pass == 0 {
		m, s = slice*segments, 0
		if slice == 0 || lane == from {
			m += index
		}
	}
	if index == 0 || lane == from {
		m--
	}
	return phi(random, uint64(m), uint64(s), from, lanes)
}

func phi(random, m, s uint64, lane, lanes uint32) uint32 {
	p := random & 0xFFFFFFFF
	p = (p * p) >> 32
	p = (p * m) >> 32
	return lane*lanes + uint32((s+m-(p+1))%uint64(lanes))
}
