// Generated from the service's OpenAPI document. Do not edit; write it again with
//   rextrack schema --api > openapi.json && npm run types -- openapi.json

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Applied: {
            added: string[];
            changed: string[];
            etag: string;
            removed: string[];
            restart: string[];
            warnings: string[];
        };
        Auth: "token" | "none";
        /** @enum {string} */
        Axis: "x" | "y" | "w" | "h" | "vx" | "vy" | "id" | "generation" | "state" | "class" | "score" | "age";
        CameraConfig: {
            ca_file: string | null;
            classes_filter: components["schemas"]["ClassRef"][];
            enabled: boolean;
            every_frame: boolean;
            id: string;
            loop: boolean;
            max_fps: number;
            name: string;
            override: {
                address_prefix?: string;
                axes?: [
                    components["schemas"]["Axis"],
                    ...components["schemas"]["Axis"][]
                ];
                channel_format?: string;
                classes?: components["schemas"]["ClassRef"][];
                confidence?: number;
                format?: components["schemas"]["OscFormat"];
                host?: string;
                iou?: number;
                model?: string;
                object_persistence_ms?: number;
                objects_max?: number;
                period_frames?: number;
                port?: number;
                tracker?: components["schemas"]["TrackerKind"];
            };
            roi: [
                number,
                number,
                number,
                number
            ] | null;
            rtsp_transport: components["schemas"]["RtspTransport"];
            show_preview: boolean;
            sinks: components["schemas"]["SinkConfig"][];
            stream: string;
        };
        CameraPatch: {
            ca_file: string | null;
            classes_filter: components["schemas"]["ClassRef"][];
            enabled: boolean;
            every_frame: boolean;
            id: string;
            loop: boolean;
            max_fps: number;
            name: string;
            override: {
                address_prefix?: string;
                axes?: [
                    components["schemas"]["Axis"],
                    ...components["schemas"]["Axis"][]
                ];
                channel_format?: string;
                classes?: components["schemas"]["ClassRef"][];
                confidence?: number;
                format?: components["schemas"]["OscFormat"];
                host?: string;
                iou?: number;
                model?: string;
                object_persistence_ms?: number;
                objects_max?: number;
                period_frames?: number;
                port?: number;
                tracker?: components["schemas"]["TrackerKind"];
            };
            roi: [
                number,
                number,
                number,
                number
            ] | null;
            rtsp_transport: components["schemas"]["RtspTransport"];
            show_preview: boolean;
            sinks: components["schemas"]["SinkConfig"][];
            stream?: string;
        };
        Cameras: {
            cameras: components["schemas"]["Status"][];
        };
        CameraView: {
            config: unknown;
            effective: components["schemas"]["Effective"];
            status: components["schemas"]["Status"];
        };
        Checked: {
            after?: string | null;
            before: string;
            errors: components["schemas"]["KeyError"][];
            ok: boolean;
        };
        ClassRef: number | string;
        ConfigFile: {
            cameras: components["schemas"]["CameraConfig"][];
            mqtt: components["schemas"]["MqttConfig"] | null;
            osc: components["schemas"]["OscConfig"] | null;
            service: components["schemas"]["ServiceConfig"];
            slots: components["schemas"]["SlotsConfig"];
            tracking: components["schemas"]["TrackingConfig"];
        };
        ConfigHealth: {
            path: string;
            problem?: string | null;
            saved: boolean;
        };
        Count: {
            enabled: number;
            failed: number;
            live: number;
            total: number;
        };
        Device: string;
        Effective: {
            osc: unknown;
            slots: unknown;
            tracking: unknown;
        };
        EventRecord: {
            class?: string | null;
            count: number;
            generation?: number | null;
            kind: string;
            slot?: number | null;
            source_state: string;
            time: string;
            track_id?: number | null;
        };
        Events: {
            events: components["schemas"]["EventRecord"][];
        };
        Health: {
            cameras: components["schemas"]["Count"];
            config: components["schemas"]["ConfigHealth"];
            node: string;
            status: string;
            uptime_s: number;
            version: string;
        };
        JsonlConfig: {
            path: string;
        };
        KeyError: {
            message: string;
            path: string;
        };
        LogFormat: "human" | "json";
        LogIn: {
            token: string;
        };
        /** @enum {string} */
        LogLevel: "error" | "warn" | "info" | "debug" | "trace";
        LogLine: {
            camera?: string | null;
            level: string;
            message: string;
            time: string;
        };
        Logs: {
            lines: components["schemas"]["LogLine"][];
        };
        Metrics: {
            cameras: components["schemas"]["Status"][];
            process: components["schemas"]["Usage"];
        };
        Model: {
            family?: string | null;
            file?: string | null;
            in_use: string[];
            licence?: string | null;
            name: string;
            needs_export: boolean;
            size_bytes: number;
        };
        Models: {
            models: components["schemas"]["Model"][];
            models_dir: string;
        };
        MqttConfig: {
            broker: string;
            ca_file: string | null;
            max_fps: number;
            qos: number;
            retain: boolean;
            topic_prefix: string;
        };
        OnRelease: "zero" | "keep";
        Origin: "top_left" | "bottom_left";
        OscConfig: {
            address_prefix: string;
            axes: [
                components["schemas"]["Axis"],
                ...components["schemas"]["Axis"][]
            ];
            channel_format: string;
            format: components["schemas"]["OscFormat"];
            host: string;
            port: number;
        };
        OscFormat: "channels" | "array";
        Probe: {
            height: number;
            ms: number;
            ok: boolean;
            picture?: string | null;
            reason?: string | null;
            width: number;
        };
        ProbeRequest: {
            ca_file?: string | null;
            rtsp_transport?: string;
            stream: string;
        };
        Problem: {
            detail: string;
            errors?: components["schemas"]["KeyError"][];
            status: number;
            title: string;
            type: string;
        };
        Remote: {
            clock_offset_ms: number;
            duplicates: number;
            node: string;
            refused: number;
            reordered: number;
        };
        RtspTransport: "tcp" | "udp";
        ServiceConfig: {
            allow_playlists: boolean;
            allowed_hosts: string[];
            auth: components["schemas"]["Auth"];
            device: components["schemas"]["Device"];
            inference_jobs: number;
            listen: string;
            log_daily: boolean;
            log_file: string | null;
            log_format: components["schemas"]["LogFormat"];
            log_keep: number;
            log_level: components["schemas"]["LogLevel"];
            log_max_mb: number;
            models_dir: string;
            node: string | null;
            onnxruntime: string | null;
            port: number;
            stream_schemes: string[];
            token: string | null;
            watch: boolean;
        };
        Session: {
            auth: string;
            logged_in: boolean;
        };
        SinkConfig: {
            jsonl?: components["schemas"]["JsonlConfig"] | null;
            mqtt?: components["schemas"]["MqttConfig"] | null;
            osc?: components["schemas"]["OscConfig"] | null;
        };
        SinkStatus: {
            broken?: string | null;
            bytes: number;
            dropped: number;
            failed: number;
            name: string;
            sent: number;
        };
        Size: {
            height: number;
            width: number;
        };
        SlotCounts: {
            active: number;
            held: number;
            max: number;
            waiting: number;
        };
        SlotsConfig: {
            on_release: components["schemas"]["OnRelease"];
            origin: components["schemas"]["Origin"];
            smoothing: number;
            units: components["schemas"]["Units"];
        };
        Status: {
            classes: string[];
            device?: string | null;
            dropped: number;
            enabled: boolean;
            fps_in: number;
            fps_proc: number;
            frame_size?: components["schemas"]["Size"] | null;
            frames_in: number;
            frames_processed: number;
            id: string;
            inference_ms: number;
            latency_ms: number;
            model: string;
            name: string;
            problem?: string | null;
            reconnects: number;
            remote?: components["schemas"]["Remote"] | null;
            running: boolean;
            show_preview: boolean;
            sinks: components["schemas"]["SinkStatus"][];
            slots: components["schemas"]["SlotCounts"];
            source_state: string;
            stream: string;
        };
        TrackerKind: "bytetrack";
        TrackingConfig: {
            classes: components["schemas"]["ClassRef"][];
            confidence: number;
            iou: number;
            model: string;
            object_persistence_ms: number;
            objects_max: number;
            period_frames: number;
            tracker: components["schemas"]["TrackerKind"];
        };
        Units: "normalized" | "pixels";
        Usage: {
            cpu_seconds: number;
            resident_bytes: number;
            uptime_s: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
