extends SceneTree
# A game in Godot 3: `way` is udp, tcp or ws.  Over TCP and WebSocket it prints the answers, and ends
# after hello and the receipt it waits for.

var way
var client
var value
var socket
var began = OS.get_ticks_msec()
var heard = ""
var is_sent = false

func _init():
	way = OS.get_environment("ADAPTIVE_WAY")
	client = OS.get_environment("ADAPTIVE_CLIENT")
	value = float(OS.get_environment("ADAPTIVE_VALUE"))
	var port = int(OS.get_environment("ADAPTIVE_PORT"))
	if way == "udp":
		socket = PacketPeerUDP.new()
		socket.set_dest_address("127.0.0.1", port)
		socket.put_packet(osc("/adaptive/parameter/" + client, value))
		socket.put_packet(osc("/adaptive/event/" + client, null))
		socket.put_packet(osc("/adaptive/state/caller/" + client, null))
		quit(0)
	elif way == "tcp":
		socket = StreamPeerTCP.new()
		socket.connect_to_host("127.0.0.1", port)
	else:
		socket = WebSocketClient.new()
		socket.connect_to_url("ws://127.0.0.1:%d/ws" % port)

func _idle(_delta):
	if way == "tcp":
		if socket.get_status() == StreamPeerTCP.STATUS_CONNECTED:
			if not is_sent:
				socket.put_data((request() + "\n").to_utf8())
				is_sent = true
			var waiting = socket.get_available_bytes()
			if waiting > 0:
				heard += socket.get_data(waiting)[1].get_string_from_utf8()
	elif way == "ws":
		socket.poll()
		var peer = socket.get_peer(1)
		if peer.is_connected_to_host():
			if not is_sent:
				peer.set_write_mode(WebSocketPeer.WRITE_MODE_TEXT)
				peer.put_packet(request().to_utf8())
				is_sent = true
			while peer.get_available_packet_count() > 0:
				heard += peer.get_packet().get_string_from_utf8() + "\n"
	if "\"finished\"" in heard:
		print(heard)
		quit(0)
	elif OS.get_ticks_msec() - began > 8000:
		print(heard)
		quit(1)

func request():
	return JSON.print([
		{"parameter": client, "value": value},
		{"state": {"caller": client}},
		{"event": client, "id": client},
	])

func osc(address, number):
	var raw = StreamPeerBuffer.new()
	raw.big_endian = true
	put_text(raw, address)
	put_text(raw, "," if number == null else ",f")
	if number != null:
		raw.put_float(number)
	return raw.data_array

func put_text(raw, text):
	var bytes = text.to_utf8()
	raw.put_data(bytes)
	for _i in range(4 - bytes.size() % 4):
		raw.put_u8(0)
