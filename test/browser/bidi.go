package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coder/websocket"
)

// bidi is a session of WebDriver BiDi (W3C), by which Firefox is driven. One call
// at a time; events are not listened to.
type bidi struct {
	conn *websocket.Conn
	last int
}

const maxMessage = 32 << 20 // bytes; a screenshot is the longest

// dialBiDi begins a session at the address that Firefox names when it starts.
func dialBiDi(ctx context.Context, address string) (*bidi, error) {
	conn, _, err := websocket.Dial(ctx, address+"/session", nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(maxMessage)
	b := &bidi{conn: conn}
	return b, b.call(ctx, "session.new", map[string]any{"capabilities": map[string]any{}}, nil)
}

// call sends a command and reads until its answer is there.
func (b *bidi) call(ctx context.Context, method string, params, result any) error {
	b.last++
	message, err := json.Marshal(map[string]any{"id": b.last, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := b.conn.Write(ctx, websocket.MessageText, message); err != nil {
		return err
	}
	for {
		_, message, err := b.conn.Read(ctx)
		if err != nil {
			return err
		}
		var answer struct {
			ID             int
			Error, Message string
			Result         json.RawMessage
		}
		if err := json.Unmarshal(message, &answer); err != nil {
			return err
		}
		switch {
		case answer.ID != b.last: // an event
		case answer.Error != "":
			return fmt.Errorf("%s: %s: %s", method, answer.Error, answer.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// evaluate runs an expression in a tab and awaits it; the value travels as JSON.
func (b *bidi) evaluate(ctx context.Context, tab, js string, value any) error {
	var answer struct {
		Type             string
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	err := b.call(ctx, "script.evaluate", map[string]any{
		"expression":   "(async () => JSON.stringify((await (" + js + ")) ?? null))()",
		"awaitPromise": true, "target": map[string]any{"context": tab}}, &answer)
	if err != nil {
		return err
	}
	if answer.Type != "success" {
		return fmt.Errorf("%s: %s", js, answer.ExceptionDetails.Text)
	}
	return json.Unmarshal([]byte(answer.Result.Value), value)
}
